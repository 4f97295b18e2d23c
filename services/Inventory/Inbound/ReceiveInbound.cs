using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>
/// <c>POST /inbounds/{reference}/receipts</c>: books arrived units of a document, in one or more parts.
/// </summary>
internal static class ReceiveInbound
{
    /// <param name="Reason">Explains a discrepancy; required where a supplier delivers more than announced.</param>
    /// <param name="Unavailable">True: the units are set aside as they arrive, for instance damaged ones.</param>
    internal sealed record Request(IReadOnlyList<OrderedUnits> Lines, string? Reason = null, bool Unavailable = false);

    public static async Task<IResult> HandleAsync(
        string reference,
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator().Reason(body.Reason).Lines(body.Lines);
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ReceiveInboundCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                reference,
                body.Lines,
                context.Name(),
                body.Reason,
                body.Unavailable
            ),
            context,
            cancellationToken
        );
    }
}
