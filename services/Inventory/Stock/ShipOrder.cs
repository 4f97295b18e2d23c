using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>Allocated units leave with their order. For sidecars only, who bring no caller: the key is in the body.</summary>
internal static class ShipOrder
{
    public static async Task<IResult> HandleAsync(
        ShipRequest body,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // No upper bound: a line is all that an order's lines of the SKU come to, and a shipment that is refused here is never carried out.
        var complaints = new RequestValidator()
            .That(
                body.Key.Length is > 0 and <= IdempotencyKey.MaxLength,
                "/key",
                $"A key has 1 to {IdempotencyKey.MaxLength} characters."
            )
            .That(body.Lines?.All(l => l.Quantity > 0) != false, "/lines", "A quantity is 1 or more.");
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new ShipCommand(
                    body.Key,
                    SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)),
                    body.OrderId,
                    body.Lines,
                    StockActors.Saga
                ),
                cancellationToken
            ),
            context
        );
    }
}
