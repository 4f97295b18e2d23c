using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// <c>POST /waitlist/{sku}</c>: adds the caller to the waitlist of a SKU. If units are available, they are offered at
/// once.
/// </summary>
internal static class JoinWaitlist
{
    internal sealed record Request(int Quantity = 1);

    public static async Task<IResult> HandleAsync(
        string sku,
        Request request,
        IdempotencyKey key,
        WaitlistClient waitlists,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Quantity is < 1 or > StockLimits.MaxQuantity)
            return Problems.Invalid([new("/quantity", $"A quantity must be 1 to {StockLimits.MaxQuantity}.")]);
        var wish = new WaitlistRequest(
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            context.Name(),
            request.Quantity
        );
        return OutcomeResults.Of(await waitlists.JoinAsync(sku, wish, cancellationToken), context);
    }
}
