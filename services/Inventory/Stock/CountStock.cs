using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary><c>POST /stock/{sku}/counts</c>: sets on-hand to the counted units.</summary>
internal static class CountStock
{
    private const string Refuse = "refuse";
    private const string Accept = "accept";

    /// <param name="Expected">
    /// On-hand as the caller knows it. If it has changed, the count is refused (409, with the current value). Null: not
    /// checked.
    /// </param>
    /// <param name="Unavailable">
    /// How many of the counted units are set aside. Null: as many as before, if that many were counted.
    /// </param>
    /// <param name="WhenPromised">
    /// A count below the promised units: <c>refuse</c> it, or <c>accept</c> it and return the orders left short.
    /// </param>
    internal sealed record Request(
        long Counted,
        long? Expected,
        string Reason,
        string? Location = StockLimits.DefaultLocation,
        string WhenPromised = Refuse,
        long? Unavailable = null
    );

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
                body.Counted is >= 0 and <= StockLimits.MaxOnHand,
                "/counted",
                $"A count must be 0 to {StockLimits.MaxOnHand}."
            )
            .That(
                body.Unavailable is not { } unavailable || (unavailable >= 0 && unavailable <= body.Counted),
                "/unavailable",
                "The unavailable units are a part of the counted ones: 0 to counted."
            )
            .That(
                body.WhenPromised is Refuse or Accept,
                "/whenPromised",
                $"whenPromised must be {Refuse} or {Accept}."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new CountCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, body),
                sku,
                body.Location ?? StockLimits.DefaultLocation,
                body.Counted,
                body.Expected,
                body.WhenPromised == Accept,
                context.Name(),
                body.Reason,
                body.Unavailable
            ),
            context,
            cancellationToken
        );
    }
}
