using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Features;

/// <summary>The saga's first step, and its compensation. For sidecars only.</summary>
internal static class ReserveStock
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(
                "/reservations",
                (ReserveRequest request, StockCommands stock, CancellationToken cancellationToken) =>
                    stock.RunAsync<ReserveResponse>(new Reserve(request.Orders), cancellationToken)
            )
            .ExcludeFromDescription();
        routes
            .MapPost(
                "/reservations/release",
                async (ReleaseRequest request, StockCommands stock, CancellationToken cancellationToken) =>
                {
                    await stock.RunAsync<Release>(new Release(request.OrderIds), cancellationToken);
                    return TypedResults.NoContent();
                }
            )
            .ExcludeFromDescription();
    }
}
