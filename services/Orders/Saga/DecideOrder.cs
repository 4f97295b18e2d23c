using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /orders/{id}/decision</c>: the customer of an order that stock does not cover chooses: <c>take</c> the
/// available units, or <c>wait</c> for the rest. (The third choice is <c>/cancel</c>.) One compare-and-set decides
/// between the customer and the deadline. An order that waits for stock may still <c>take</c> what is there.
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

    private const string Waits = $"""
        select status = '{OrderStatusNames.Backordered}' from orders where id = $1 and ($2 or customer = $3)
        """;

    // A batch that owns the order keeps it; the order is due again when the batch ends. While Inventory releases units that
    // were cancelled, nobody can say what is there.
    private const string Take = $"""
        update orders o
        set on_shortage = '{ShortagePolicies.Partial}', due_at = $2, attempts = 0, decided_by = $3
        where id = $1 and status = '{OrderStatusNames.Backordered}' and not exists (
            select from cancellations c where c.order_id = o.id and c.state = '{CancellationStates.Requested}')
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
        ServiceInvoker services,
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
        var isThere =
            policy == ShortagePolicies.Partial && await WaitsAsync(database, id, context, cancellationToken)
                ? await IsAnythingThereAsync(services, id, cancellationToken)
                : (bool?)null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, id, cancellationToken) is not { } order
            || !(context.User.IsOperator() || order.Customer == context.Name())
        )
            return Problems.NotFound($"order {id}");

        var now = time.GetUtcNow();
        if (order.Status == OrderStatus.Backordered && isThere == false)
            return Problems.Of(
                409,
                "nothing-there",
                "Nothing of the order is there yet",
                "No units are allocated to the order yet, so there is nothing to take. It can wait, or be cancelled: "
                    + "POST /orders/{id}/cancel.",
                ("orderStatus", order.Status.Name())
            );
        if (
            (
                order.Status == OrderStatus.Backordered && isThere == true
                    ? await TryTakeAsync(connection, id, context.Name(), now, cancellationToken)
                    : await TryDecideAsync(connection, id, policy, context.Name(), now, cancellationToken)
            )
            is not { } version
        )
            return Problems.Of(
                409,
                "not-awaiting-decision",
                "The order is not awaiting a decision",
                order.Status switch
                {
                    OrderStatus.AwaitingCustomer => "The decision was already made, or its deadline has passed.",
                    OrderStatus.Backordered when isThere == true =>
                        "A cancellation of some of the order's units is being carried out. Try again in a moment.",
                    OrderStatus.Backordered => "The order is backordered: it waits already. It can take what is there.",
                    _ => $"The order is {order.Status.Name()}.",
                },
                ("orderStatus", order.Status.Name())
            );
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("decided");
        dispatch.Raise();
        return TypedResults.Ok(new DecidedOrder(id, request.Choice, version));
    }

    /// <summary>
    /// Lets a locked order that waits for stock go on with what is allocated to it. Returns its version; null where it
    /// does not wait, or units of it are being released.
    /// </summary>
    internal static Task<int?> TryTakeAsync(
        NpgsqlConnection connection,
        Guid id,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => connection.ScalarAsync<int?>(Take, [id, now.UtcDateTime, actor], cancellationToken);

    /// <summary>True for an order of the caller that waits for stock.</summary>
    private static async Task<bool> WaitsAsync(
        NpgsqlDataSource database,
        Guid id,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<bool?>(
                Waits,
                [id, context.User.IsOperator(), context.Name()],
                cancellationToken
            ) == true;
    }

    private static async Task<bool> IsAnythingThereAsync(
        ServiceInvoker services,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var claims = await services.GetAsync<OrderClaims>(
            Apps.Inventory,
            $"internal/orders/{id}/claims",
            cancellationToken
        );
        return claims.Allocations.Any(a => a.Units > 0);
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
