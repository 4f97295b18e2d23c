using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>
/// <c>POST /inbounds/{reference}/close</c>: closes a document. Units that have not arrived are returned to their
/// source, or written off.
/// </summary>
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
        var errors = new RequestValidator()
            .Reason(body.Reason)
            .That(
                body.Disposition is Return or WriteOff,
                "/disposition",
                $"disposition must be {Return} or {WriteOff}."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new CloseInboundCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                reference,
                body.Disposition == Return,
                context.Name(),
                body.Reason
            ),
            context,
            cancellationToken
        );
    }
}
