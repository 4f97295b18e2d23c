using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary><c>POST /holds/{id}/extend</c>: sets the end of an active hold to some minutes from now.</summary>
internal static class ExtendHold
{
    internal sealed record Request(int Minutes);

    public static async Task<IResult> HandleAsync(
        Guid id,
        Request request,
        IdempotencyKey key,
        StockCommandQueue stock,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (HoldDuration.Check(request.Minutes).ToList() is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ExtendHoldCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, request),
                id,
                context.Owner(),
                time.GetUtcNow().AddMinutes(request.Minutes),
                context.Name()
            ),
            context,
            cancellationToken
        );
    }
}
