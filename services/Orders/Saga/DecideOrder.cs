using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /orders/{id}/decision</c>: the customer of an order that stock does not cover says what is to become of it: <c>take</c> what is there,
/// or <c>wait</c> for the rest. (To call it off is <c>/cancel</c>.) One compare-and-set decides between the customer and the deadline.
/// </summary>
internal static class DecideOrder
{
    // A batch that owns the order wanted to expire it; who decides in time takes it away.
    private const string Decide = """
        update orders set on_shortage = $2, decide_by = null, decided_by = case when decide_by is null then decided_by else $4 end, due_at = $3, batch_id = null
        where id = $1 and status = 'awaiting_customer' and (decide_by > $3 or decide_by is null and on_shortage = $2)
        returning version
        """;

    private static readonly Dictionary<string, string> Choices = new()
    {
        ["take"] = ShortagePolicies.Partial,
        ["wait"] = ShortagePolicies.Backorder,
    };

    internal sealed record Request(string Choice);

    internal sealed record Decided(Guid Id, string Choice, int Version);

    public static async Task<Results<Ok<Decided>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Request request,
        NpgsqlDataSource database,
        DispatchSignal dispatch,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!Choices.TryGetValue(request.Choice, out var policy))
            return Problems.Invalid([
                new(
                    "/choice",
                    $"It is one of {string.Join(", ", Choices.Keys)}; to call the order off, POST /orders/{{id}}/cancel."
                ),
            ]);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.TakeAsync(connection, id, cancellationToken) is not { } order
            || !(context.User.IsOperator() || order.Customer == context.Name())
        )
            return Problems.NotFound($"order {id}");

        if (
            await TryAsync(connection, id, policy, context.Name(), time.GetUtcNow(), cancellationToken)
            is not { } version
        )
            return Problems.Of(
                409,
                "not-awaiting-decision",
                "Nothing is to be decided",
                $"The order is {order.Status.Name()}, or has been decided already, or its deadline has passed.",
                ("status", order.Status.Name())
            );
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("decided");
        dispatch.Raise();
        return TypedResults.Ok(new Decided(id, request.Choice, version));
    }

    /// <summary>Decides about a locked order; the move that follows is told to be the decider's. Answers its version; null where nothing is to be decided, or it was decided otherwise.</summary>
    internal static async Task<int?> TryAsync(
        NpgsqlConnection connection,
        Guid id,
        string policy,
        string by,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => await connection.ScalarAsync(Decide, [id, policy, now.UtcDateTime, by], cancellationToken) as int?;
}
