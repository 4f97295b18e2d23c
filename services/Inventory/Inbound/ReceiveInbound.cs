using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary><c>POST /inbounds/{reference}/receipts</c>: what has arrived of a document, in as many parts as it comes.</summary>
internal static class ReceiveInbound
{
    /// <param name="Reason">Explains a discrepancy; a supplier's delivery of more than was announced demands one.</param>
    internal sealed record Request(IReadOnlyList<OrderedUnits> Lines, string? Reason = null);

    public static async Task<IResult> HandleAsync(
        string reference,
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new RequestValidator().Reason(body.Reason).Lines(body.Lines);
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new ReceiveInboundCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    reference,
                    body.Lines,
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
