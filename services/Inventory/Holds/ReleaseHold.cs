using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// <c>DELETE /holds/{id}</c>: releases a hold. <c>DELETE /waitlist/offers/{id}</c>: declines an offer, which then goes
/// to the next entry.
/// </summary>
internal static class ReleaseHold
{
    public static async Task<IResult> HandleAsync(
        Guid id,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await stock.RunAsync(
            new ReleaseHoldCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, ""),
                id,
                context.Owner(),
                context.Name()
            ),
            context,
            cancellationToken
        );
}
