using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>
/// <c>POST /transfers</c>: moves units out of a location; they are in transit until the other location receives them.
/// </summary>
internal static class TransferStock
{
    /// <param name="Unavailable">
    /// True: units that are set aside are moved. They stay set aside, on the way and after.
    /// </param>
    internal sealed record Request(
        string Reference,
        string From,
        string To,
        IReadOnlyList<OrderedUnits> Lines,
        string Reason,
        DateTimeOffset? ExpectedAt = null,
        bool Unavailable = false
    );

    public static async Task<IResult> HandleAsync(
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator()
            .Reference(body.Reference)
            .Location(body.From, "/from")
            .Location(body.To, "/to")
            .Reason(body.Reason)
            .Lines(body.Lines)
            .That(body.From != body.To, "/to", "to must differ from from.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new OpenInboundCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                body.Reference,
                body.To,
                body.From,
                body.ExpectedAt,
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
