using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Ships allocated units of an order. Only Orders calls it, through its sidecar, without a caller's token: the key is
/// in the body.
/// </summary>
internal static class ShipReservedUnits
{
    public static async Task<IResult> HandleAsync(
        ShipRequest body,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // No upper bound: a line may sum several lines of the order, and a shipment that is refused is not retried.
        var errors = new RequestValidator()
            .That(
                Names.IsValid(body.Key, Names.MaxKeyLength),
                "/key",
                $"A key must have {Names.Rule(Names.MaxKeyLength)}."
            )
            .That(body.Lines?.All(l => l.Quantity > 0) != false, "/lines", "A quantity must be 1 or more.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ShipCommand(
                body.Key,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)),
                body.OrderId,
                body.Lines,
                StockActors.Saga
            ),
            context,
            cancellationToken
        );
    }
}
