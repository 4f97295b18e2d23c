using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary><c>POST /inbounds/{reference}/close</c>: nothing more will arrive. What is missing goes back to where it was sent from, or is given up.</summary>
internal static class CloseInbound
{
    private const string Return = "return";
    private const string WriteOff = "writeOff";

    /// <param name="Disposition"><c>return</c> (of a transfer only) or <c>writeOff</c>.</param>
    internal sealed record Request(string Disposition, string Reason);

    public static async Task<IResult> HandleAsync(
        string reference,
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new RequestValidator()
            .Reason(body.Reason)
            .That(
                body.Disposition is Return or WriteOff,
                "/disposition",
                $"What has not arrived is dealt with by {Return} or {WriteOff}."
            );
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new CloseInboundCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    reference,
                    body.Disposition == Return,
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
