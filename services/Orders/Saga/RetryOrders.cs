using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /ops/orders/{id}/retry</c>: an operator has looked at an order that needed it, and hands it back to the saga, where it stood. (To give
/// it up is <c>/cancel</c>.) <c>POST /ops/orders/retry</c>: all of them, once what stopped them was mended.
/// </summary>
internal static class RetryOrders
{
    public static async Task<Results<Ok<RetryStore.Retried>, ProblemHttpResult>> RetryAsync(
        Guid id,
        RetryStore orders,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (found, goesOn) = await orders.RetryAsync(id, context.Name(), cancellationToken);
        if (found is null)
            return Problems.NotFound($"order {id}");
        if (goesOn is not null)
            return TypedResults.Ok(goesOn);
        return Problems.Of(
            409,
            "not-in-need",
            "The order needs no attention",
            $"It is {found.Status.Name()}; what is tried again is {OrderStatus.NeedsAttention.Name()}.",
            ("status", found.Status.Name()),
            ("allowed", new[] { OrderStatus.NeedsAttention.Name() })
        );
    }

    public static async Task<Ok<RetryStore.RetriedMany>> RetryAllAsync(
        RetryStore orders,
        HttpContext context,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await orders.RetryAllAsync(context.Name(), cancellationToken));
}
