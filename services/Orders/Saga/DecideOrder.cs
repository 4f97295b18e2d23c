using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /orders/{id}/decision</c>: the customer of an order that stock does not cover chooses: <c>take</c> the
/// available units, or <c>wait</c> for the rest. (The third choice is <c>/cancel</c>.) One compare-and-set decides
/// between the customer and the deadline.
/// </summary>
internal static class DecideOrder
{
    // A batch that owns the order was about to expire it; a decision before the deadline takes the order away from the
    // batch.
    private const string Decide = $"""
        update orders
        set on_shortage = $2, decide_by = null, due_at = $3, batch_id = null,
            decided_by = case when decide_by is null then decided_by else $4 end
        where id = $1 and status = '{OrderStatusNames.AwaitingCustomer}'
          and (decide_by > $3 or decide_by is null and on_shortage = $2)
        returning version
        """;

    private static readonly Dictionary<string, string> Choices = new()
    {
        ["take"] = ShortagePolicies.Partial,
        ["wait"] = ShortagePolicies.Backorder,
    };

    internal sealed record Decision(string Choice);

    internal sealed record DecidedOrder(Guid Id, string Choice, int Version);

    public static async Task<Results<Ok<DecidedOrder>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Decision request,
        NpgsqlDataSource database,
        DispatchSignal dispatch,
        IFailpoints failpoints,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!Choices.TryGetValue(request.Choice, out var policy))
            return Problems.Invalid([
                new(
                    "/choice",
                    $"Must be one of: {string.Join(", ", Choices.Keys)}. To cancel, POST /orders/{{id}}/cancel."
                ),
            ]);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, id, cancellationToken) is not { } order
            || !(context.User.IsOperator() || order.Customer == context.Name())
        )
            return Problems.NotFound($"order {id}");

        if (
            await TryDecideAsync(connection, id, policy, context.Name(), time.GetUtcNow(), cancellationToken)
            is not { } version
        )
            return Problems.Of(
                409,
                "not-awaiting-decision",
                "The order is not awaiting a decision",
                order.Status == OrderStatus.AwaitingCustomer
                    ? "The decision was already made, or its deadline has passed."
                    : $"The order is {order.Status.Name()}.",
                ("orderStatus", order.Status.Name())
            );
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("decided");
        dispatch.Raise();
        return TypedResults.Ok(new DecidedOrder(id, request.Choice, version));
    }

    /// <summary>
    /// Decides a locked order; the status change that follows names <paramref name="actor"/>. Returns the order's
    /// version; null where no decision is open, or another one was made.
    /// </summary>
    internal static Task<int?> TryDecideAsync(
        NpgsqlConnection connection,
        Guid id,
        string policy,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => connection.ScalarAsync<int?>(Decide, [id, policy, now.UtcDateTime, actor], cancellationToken);
}
