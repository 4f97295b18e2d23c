using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>Physical movements by an operator: receipts, adjustments, and returns that no order is named for.</summary>
internal static class BookStock
{
    /// <summary>Units that arrived.</summary>
    internal sealed record Receipt(int Quantity, string Reason, string? Location = null);

    /// <summary>A correction, signed, in units.</summary>
    internal sealed record Adjustment(int Quantity, string Reason, string? Location = null);

    /// <summary>Units that came back under one reference, a credit note for instance.</summary>
    internal sealed record Return(string Reference, IReadOnlyList<ReturnLine> Lines);

    internal sealed record ReturnLine(string Sku, int Quantity, string? Location = null);

    public static Task<IResult> ReceiveAsync(
        string sku,
        Receipt body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        BookAsync(
            body,
            MovementKind.Received,
            key.Value,
            body.Reason,
            [new(sku, body.Quantity, body.Location)],
            1,
            key,
            stock,
            context,
            cancellationToken
        );

    public static Task<IResult> AdjustAsync(
        string sku,
        Adjustment body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        BookAsync(
            body,
            MovementKind.Adjusted,
            key.Value,
            body.Reason,
            [new(sku, body.Quantity, body.Location)],
            -StockLimits.MaxQuantity,
            key,
            stock,
            context,
            cancellationToken
        );

    public static Task<IResult> ReturnAsync(
        Return body,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        BookAsync(
            body,
            MovementKind.Returned,
            body.Reference,
            null,
            body.Lines,
            1,
            key,
            stock,
            context,
            cancellationToken
        );

    private static async Task<IResult> BookAsync<TBody>(
        TBody body,
        MovementKind kind,
        string cause,
        string? reason,
        IReadOnlyList<ReturnLine> lines,
        int least,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = Check(cause, reason, lines, least);
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);

        // A SKU named on several lines is one movement: (cause, kind, level) is unique in the ledger.
        var summed = lines
            .GroupBy(l => (l.Sku, Location: l.Location ?? StockLimits.DefaultLocation))
            .Select(g => new StockLine(g.Key.Sku, g.Key.Location, g.Sum(l => l.Quantity)))
            .ToList();
        try
        {
            return OutcomeResults.Of(
                await stock.RunAsync<CommandOutcome>(
                    new BookCommand(
                        key.Value,
                        IdempotencyKey.Fingerprint(context, body),
                        kind,
                        cause,
                        context.Name(),
                        reason,
                        summed
                    ),
                    cancellationToken
                ),
                context
            );
        }
        catch (PostgresException e) when (e.ConstraintName == InventoryDbContext.OnePerCause)
        {
            return Problems.Of(
                409,
                "already-returned",
                "Already booked",
                $"Units of one of these SKUs came back under '{cause}' before, with another key."
            );
        }
    }

    private static List<ValidationError> Check(string cause, string? reason, IReadOnlyList<ReturnLine> lines, int least)
    {
        var complaints = new List<ValidationError>();
        if (cause.Length is 0 or > IdempotencyKey.MaxLength)
            complaints.Add(new("/reference", $"A reference has 1 to {IdempotencyKey.MaxLength} characters."));
        if (reason is { Length: 0 or > StockLimits.TextLength })
            complaints.Add(new("/reason", $"A reason has 1 to {StockLimits.TextLength} characters."));
        if (lines.Contains(null!))
            return [new("/lines", "A line is an object with sku and quantity.")];
        if (lines.Count is 0 or > StockLimits.MaxLines)
            complaints.Add(new("/lines", $"There are 1 to {StockLimits.MaxLines} lines."));
        if (lines.Any(l => l.Quantity == 0 || l.Quantity < least || l.Quantity > StockLimits.MaxQuantity))
            complaints.Add(new("/quantity", $"A quantity is {least} to {StockLimits.MaxQuantity}, and not zero."));
        if (lines.GroupBy(l => l.Sku).Any(g => g.Sum(l => (long)l.Quantity) > StockLimits.MaxQuantity))
            complaints.Add(new("/lines", $"The lines of a SKU come to {StockLimits.MaxQuantity} at most."));
        if (lines.Any(l => l.Location is { Length: 0 or > StockLimits.SkuLength }))
            complaints.Add(new("/location", $"A location has 1 to {StockLimits.SkuLength} characters."));
        return complaints;
    }
}
