using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// <c>DELETE /waitlist/{sku}</c>: removes the caller from the waitlist. A caller who has an offer must decline the
/// offer instead.
/// </summary>
internal static class LeaveWaitlist
{
    public static async Task<IResult> HandleAsync(
        string sku,
        IdempotencyKey key,
        WaitlistClient waitlists,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        OutcomeResults.Of(
            await waitlists.LeaveAsync(
                sku,
                new WaitlistRequest(key.Value, IdempotencyKey.Fingerprint(context, ""), context.Name(), 0),
                cancellationToken
            ),
            context
        );
}
