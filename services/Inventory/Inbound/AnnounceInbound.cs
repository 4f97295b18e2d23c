using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary><c>POST /inbounds</c>: an operator announces units that a supplier will send. They are incoming, and nobody's to buy yet.</summary>
internal static class AnnounceInbound
{
    internal sealed record Request(
        string Reference,
        IReadOnlyList<OrderedUnits> Lines,
        string? Location = null,
        DateTimeOffset? ExpectedAt = null
    );

    public static async Task<IResult> HandleAsync(
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new RequestValidator().Reference(body.Reference).Location(body.Location).Lines(body.Lines);
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new OpenInboundCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    body.Reference,
                    body.Location ?? StockLimits.DefaultLocation,
                    Source: null,
                    body.ExpectedAt,
                    body.Lines,
                    context.Name(),
                    Reason: null
                ),
                cancellationToken
            ),
            context
        );
    }
}
