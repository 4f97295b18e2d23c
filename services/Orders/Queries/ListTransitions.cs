using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Queries;

/// <summary>
/// <c>GET /orders/{id}/transitions?after=</c>: an order's status changes, read from the event log. The gateway's live
/// streams are built on it.
/// </summary>
internal static class ListTransitions
{
    public static async Task<Results<Ok<OrderTransitions>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrderTransitionReader orders,
        HttpContext context,
        CancellationToken cancellationToken,
        int after = 0
    ) =>
        await orders.ReadAsync(id, context.Owner(), after, cancellationToken) is { } transitions
            ? TypedResults.Ok(transitions)
            : Problems.NotFound($"order {id}");
}
