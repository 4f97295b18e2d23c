using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Features;

/// <summary>
/// <c>POST /ops/orders/{id}/retry</c>: an operator has looked at an order that needed it, and hands it back to the saga, where it stood. (To give
/// it up is <c>/cancel</c>.) <c>POST /ops/orders/retry</c>: all of them, once what stopped them was mended.
/// </summary>
internal static class RetryOrders
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/ops/orders/{id:guid}/retry", RetryAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Hand an order that needed attention back to its saga")
            .WithTags("Operations");
        routes
            .MapPost("/ops/orders/retry", RetryAllAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary(
                $"Hand all orders that need attention back to their sagas, {RetryStore.AtOnce} at a time: again, until none is left"
            )
            .WithTags("Operations");
    }

    private static async Task<Results<Ok<RetryStore.Retried>, ProblemHttpResult>> RetryAsync(
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

    private static async Task<Ok<RetryStore.RetriedMany>> RetryAllAsync(
        RetryStore orders,
        HttpContext context,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await orders.RetryAllAsync(context.Name(), cancellationToken));
}
