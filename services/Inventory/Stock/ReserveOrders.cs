using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Stock;

/// <summary>The saga's first step and its compensation. Only Orders calls them, through its sidecar.</summary>
internal static class ReserveOrders
{
    public static Task<ReserveResponse> HandleAsync(
        ReserveRequest request,
        StockCommandQueue stock,
        CancellationToken cancellationToken
    ) => stock.RunAsync<ReserveResponse>(new ReserveCommand(request.Orders), cancellationToken);

    public static async Task<NoContent> ReleaseAsync(
        ReleaseRequest request,
        StockCommandQueue stock,
        CancellationToken cancellationToken
    )
    {
        await stock.RunAsync<ReleaseCommand>(new ReleaseCommand(request.OrderIds), cancellationToken);
        return TypedResults.NoContent();
    }
}
