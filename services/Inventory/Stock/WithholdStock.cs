using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// <c>POST /stock/{sku}/withholdings</c>: withholds units from sale (damaged, in quality control, safety stock), or
/// returns them to sale.
/// </summary>
internal static class WithholdStock
{
    /// <param name="Quantity">Units; a negative quantity returns them to sale.</param>
    internal sealed record Request(int Quantity, string Reason, string? Location = StockLimits.DefaultLocation);

    public static async Task<IResult> HandleAsync(
        string sku,
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator()
            .Reason(body.Reason)
            .Location(body.Location)
            .That(
                body.Quantity is not 0 and >= -StockLimits.MaxQuantity and <= StockLimits.MaxQuantity,
                "/quantity",
                $"A quantity must be {-StockLimits.MaxQuantity} to {StockLimits.MaxQuantity}, and not 0."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new WithholdCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                new StockLine(sku, body.Location ?? StockLimits.DefaultLocation, body.Quantity),
                context.Name(),
                body.Reason
            ),
            context,
            cancellationToken
        );
    }
}
