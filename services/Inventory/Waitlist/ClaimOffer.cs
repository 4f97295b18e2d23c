using DaprShop.Contracts;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Orders places an order with an offer. From now on the offer stands for as long as a saga may take: who accepts in time gets the units. Asked
/// again, it tells the same, whatever has become of the offer since. For sidecars only.
/// </summary>
internal static class ClaimOffer
{
    private static readonly TimeSpan SagaTakes = TimeSpan.FromMinutes(10);

    public static async Task<IResult> HandleAsync(
        Guid id,
        ClaimOfferRequest request,
        StockCommandQueue stock,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new ClaimOfferCommand(id, request.Customer, time.GetUtcNow() + SagaTakes),
                cancellationToken
            ),
            context
        );
}
