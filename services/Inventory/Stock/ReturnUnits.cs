using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>Shipped units of an order come back. For sidecars only, who bring no caller: the key is in the body.</summary>
internal static class ReturnUnits
{
    public static async Task<IResult> HandleAsync(
        ReturnUnitsRequest body,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // No upper bound, as for a shipment: whatever has left with an order may come back.
        var complaints = new RequestValidator()
            .That(
                body.Key.Length is > 0 and <= IdempotencyKey.MaxLength,
                "/key",
                $"A key has 1 to {IdempotencyKey.MaxLength} characters."
            )
            .That(
                body.Lines.All(l => l.Quantity > 0 && l.Disposition != Disposition.Refuse),
                "/lines",
                "A quantity is 1 or more, and what is refused does not come back."
            );
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new ReturnCommand(
                    body.Key,
                    SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)),
                    body.OrderId,
                    body.Number,
                    [.. body.Lines.Select(l => l with { Location = l.Location ?? StockLimits.DefaultLocation })],
                    body.Actor
                ),
                cancellationToken
            ),
            context
        );
    }
}
