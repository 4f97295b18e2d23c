using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Features;

/// <summary><c>GET /orders/{id}/transitions?after=</c>: an order's way, straight from the log of its facts. The gateway's streams of live status are made of it.</summary>
internal static class ListTransitions
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/orders/{id:guid}/transitions", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("An order's transitions after a version, oldest first")
            .WithTags("Orders");

    private static async Task<Results<Ok<OrderTransitions>, ProblemHttpResult>> HandleAsync(
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
