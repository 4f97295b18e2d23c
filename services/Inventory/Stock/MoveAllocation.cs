using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// <c>POST /stock/allocations/moves</c>: moves units that are allocated to an order, and not shipped, to another
/// location, so that an order whose location is short or closed is shipped from elsewhere. No goods move.
/// </summary>
internal static class MoveAllocation
{
    /// <param name="To">A location with so many units available.</param>
    internal sealed record Request(Guid OrderId, string Sku, string From, string To, int Quantity, string Reason);

    public static async Task<IResult> HandleAsync(
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator()
            .Location(body.From, "/from")
            .Location(body.To, "/to")
            .Reason(body.Reason)
            .That(body.From != body.To, "/to", "to must differ from from.")
            .That(
                body.Quantity is > 0 and <= StockLimits.MaxQuantity,
                "/quantity",
                $"A quantity must be 1 to {StockLimits.MaxQuantity}."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new MoveAllocationCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                body.OrderId,
                body.Sku,
                body.From,
                body.To,
                body.Quantity,
                context.Name(),
                body.Reason
            ),
            context,
            cancellationToken
        );
    }
}
