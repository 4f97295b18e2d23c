using DaprShop.Contracts;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// Claims a hold for an order that is about to be accepted, so that it stands until the order's saga has used it. A
/// repetition returns the recorded response. Only Orders calls it, through its sidecar.
/// </summary>
internal static class ClaimHold
{
    public static async Task<IResult> HandleAsync(
        Guid id,
        ClaimHoldRequest request,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await stock.RunAsync(
            new ClaimHoldCommand(id, request.OrderId, request.Customer, request.Key, request.OfferOnly),
            context,
            cancellationToken
        );
}
