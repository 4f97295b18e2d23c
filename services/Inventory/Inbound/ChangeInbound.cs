using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary><c>PATCH /inbounds/{reference}</c>: changes when a document is expected.</summary>
internal static class ChangeInbound
{
    /// <param name="ExpectedAt">Null: it is not known.</param>
    internal sealed record Request(DateTimeOffset? ExpectedAt, string? Reason = null);

    public static async Task<IResult> HandleAsync(
        string reference,
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator().Reason(body.Reason);
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ChangeInboundCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                reference,
                body.ExpectedAt,
                context.Name(),
                body.Reason
            ),
            context,
            cancellationToken
        );
    }
}
