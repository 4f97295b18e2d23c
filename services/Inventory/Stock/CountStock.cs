using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary><c>POST /stock/{sku}/counts</c>: on-hand becomes what was counted, however much of it is promised.</summary>
internal static class CountStock
{
    private const string Refuse = "refuse";
    private const string Accept = "accept";

    /// <param name="Expected">On-hand as the caller knows it: if it has changed, nothing is done (409, with the current value). Null: whatever it is.</param>
    /// <param name="WhenPromised">A count below what is promised: <c>refuse</c> it, or <c>accept</c> it and name the orders left short.</param>
    internal sealed record Request(
        int Counted,
        long? Expected,
        string Reason,
        string? Location = null,
        string WhenPromised = Refuse
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
        var complaints = new RequestValidator()
            .Reason(body.Reason)
            .Location(body.Location)
            .That(
                body.Counted is >= 0 and <= StockLimits.MaxQuantity,
                "/counted",
                $"A count is 0 to {StockLimits.MaxQuantity}."
            )
            .That(
                body.WhenPromised is Refuse or Accept,
                "/whenPromised",
                $"A count below what is promised can be met with {Refuse} or {Accept}."
            );
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new CountCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    sku,
                    body.Location ?? StockLimits.DefaultLocation,
                    body.Counted,
                    body.Expected,
                    body.WhenPromised == Accept,
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
