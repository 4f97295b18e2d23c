using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Releases units of an order that were cancelled. Only Orders calls it, through its sidecar, without a caller's token:
/// the key is in the body.
/// </summary>
internal static class ReleaseUnits
{
    public static async Task<IResult> HandleAsync(
        ReleaseUnitsRequest body,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // No upper bound, as for a shipment: all units of an order may be cancelled.
        var errors = new RequestValidator()
            .That(
                body.Key.Length is > 0 and <= IdempotencyKey.MaxLength,
                "/key",
                $"A key must have 1 to {IdempotencyKey.MaxLength} characters."
            )
            .That(body.Number > 0, "/number", "The number of a cancellation must be 1 or more.")
            .That(body.Lines.All(l => l.Quantity > 0), "/lines", "A quantity must be 1 or more.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ReleaseUnitsCommand(
                body.Key,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)),
                body.OrderId,
                body.Number,
                body.Lines,
                body.Actor
            )
            {
                ActorType = body.ByOperator ? ActorType.Operator : ActorType.Customer,
            },
            context,
            cancellationToken
        );
    }
}
