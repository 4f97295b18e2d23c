using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>Physical movements booked by an operator: receipts, adjustments, and returns without an order.</summary>
internal static class BookStock
{
    /// <summary>Received units.</summary>
    /// <param name="Unavailable">True: they are set aside as they arrive, for instance for quality control.</param>
    internal sealed record Receipt(
        int Quantity,
        string Reason,
        string? Location = StockLimits.DefaultLocation,
        bool Unavailable = false
    );

    /// <summary>A correction, signed, in units.</summary>
    /// <param name="Unavailable">
    /// True: it is about units that are set aside, for instance damaged ones that are scrapped or go back to their
    /// supplier.
    /// </param>
    internal sealed record Adjustment(
        int Quantity,
        string Reason,
        string? Location = StockLimits.DefaultLocation,
        bool Unavailable = false
    );

    /// <summary>Units returned under one reference, for instance a credit note.</summary>
    /// <param name="Unavailable">True: they are set aside as they arrive, for instance damaged ones.</param>
    internal sealed record Return(string Reference, IReadOnlyList<ReturnLine> Lines, bool Unavailable = false);

    internal sealed record ReturnLine(string Sku, int Quantity, string? Location = StockLimits.DefaultLocation);

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
            body.Unavailable,
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
            body.Unavailable,
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
            body.Unavailable,
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
        bool unavailable,
        int minimum,
        IdempotencyKey key,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = Check(cause, reason, lines, minimum);
        if (errors.Count > 0)
            return Problems.Invalid(errors);

        // Several lines of a SKU become one movement: (cause, kind, level) is unique in the ledger.
        var summed = lines
            .GroupBy(l => (l.Sku, Location: l.Location ?? StockLimits.DefaultLocation))
            .Select(g => new StockLine(g.Key.Sku, g.Key.Location, g.Sum(l => l.Quantity)))
            .ToList();
        try
        {
            return await stock.RunAsync(
                new BookCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    kind,
                    cause,
                    context.Name(),
                    reason,
                    summed,
                    unavailable
                ),
                context,
                cancellationToken
            );
        }
        catch (PostgresException e) when (e.ConstraintName == InventoryDbContext.OnePerCause)
        {
            return Problems.Of(
                409,
                "already-returned",
                "Already booked",
                $"A return of one of these SKUs under the reference '{cause}' was booked before, with another key."
            );
        }
    }

    private static List<ValidationError> Check(
        string cause,
        string? reason,
        IReadOnlyList<ReturnLine> lines,
        int minimum
    )
    {
        var errors = new List<ValidationError>();
        errors.AddName("/reference", cause, Names.MaxKeyLength);
        if (reason is { Length: 0 or > StockLimits.TextLength })
            errors.Add(new("/reason", $"A reason must have 1 to {StockLimits.TextLength} characters."));
        if (lines.Contains(null!))
            return [new("/lines", "Each line must have a sku and a quantity.")];
        if (lines.Count is 0 or > StockLimits.MaxLines)
            errors.Add(new("/lines", $"A request must have 1 to {StockLimits.MaxLines} lines."));
        if (lines.Any(l => l.Quantity == 0 || l.Quantity < minimum || l.Quantity > StockLimits.MaxQuantity))
            errors.Add(new("/quantity", $"A quantity must be {minimum} to {StockLimits.MaxQuantity}, and not 0."));
        if (lines.GroupBy(l => l.Sku).Any(g => g.Sum(l => (long)l.Quantity) > StockLimits.MaxQuantity))
            errors.Add(new("/lines", $"The lines of one SKU must add up to {StockLimits.MaxQuantity} units at most."));
        if (!lines.All(l => Names.IsValid(l.Sku, Names.MaxItemLength)))
            errors.Add(NameErrors.Of("/lines/sku", Names.MaxItemLength));
        if (!lines.All(l => l.Location is null || Names.IsValid(l.Location, Names.MaxItemLength)))
            errors.Add(NameErrors.Of("/location", Names.MaxItemLength));
        return errors;
    }
}
