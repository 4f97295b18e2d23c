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
        Request body,
        IdempotencyKey key,
        WaitlistClient waitlists,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (body.Quantity is < 1 or > StockLimits.MaxQuantity)
            return Problems.Invalid([new("/quantity", $"A quantity must be 1 to {StockLimits.MaxQuantity}.")]);
        var request = new WaitlistRequest(
            key.Value,
            IdempotencyKey.Fingerprint(context, body),
            context.Name(),
            body.Quantity
        );
        return OutcomeResults.Of(await waitlists.JoinAsync(sku, request, cancellationToken), context);
    }
}
