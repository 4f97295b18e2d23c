using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>
/// <c>POST /inbounds</c>: announces units that a supplier will deliver. They are incoming and cannot be sold yet.
/// </summary>
internal static class AnnounceInbound
{
    internal sealed record Request(
        string Reference,
        IReadOnlyList<OrderedUnits> Lines,
        string? Location = StockLimits.DefaultLocation,
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
        var errors = new RequestValidator().Reference(body.Reference).Location(body.Location).Lines(body.Lines);
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
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
            context,
            cancellationToken
        );
    }
}
