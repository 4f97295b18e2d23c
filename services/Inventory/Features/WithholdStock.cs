using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /stock/{sku}/withholdings</c>: units are set aside (damaged, in quality control, safety stock), or put back for sale.</summary>
internal static class WithholdStock
{
    /// <param name="Quantity">Units; negative puts them back.</param>
    internal sealed record Request(int Quantity, string Reason, string? Location = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/stock/{sku}/withholdings", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Set units aside, or put them back for sale")
            .WithTags("Stock")
            .Produces<StockAnswers.Booked>();

    private static async Task<IResult> HandleAsync(
        string sku,
        Request body,
        IdempotencyKey key,
        StockCommands stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new Checks()
            .Reason(body.Reason)
            .Location(body.Location)
            .That(
                body.Quantity is not 0 and >= -Limits.MaxQuantity and <= Limits.MaxQuantity,
                "/quantity",
                $"A quantity is {-Limits.MaxQuantity} to {Limits.MaxQuantity}, and not zero."
            );
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new Withhold(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    new StockLine(sku, body.Location ?? Limits.DefaultLocation, body.Quantity),
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
