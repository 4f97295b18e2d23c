using DaprShop.Contracts;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Extends an offer with which Orders places an order, for as long as a saga may take, so that a customer who accepts
/// in time gets the units. A repetition returns the recorded response. Only Orders calls it, through its sidecar.
/// </summary>
internal static class ClaimOffer
{
    private static readonly TimeSpan SagaDuration = TimeSpan.FromMinutes(10);

    public static async Task<IResult> HandleAsync(
        Guid id,
        ClaimOfferRequest request,
        StockCommandQueue stock,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await stock.RunAsync(
            new ClaimOfferCommand(id, request.Customer, time.GetUtcNow() + SagaDuration),
            context,
            cancellationToken
        );
}
