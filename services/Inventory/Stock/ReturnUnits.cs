using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Books returned units of an order. Only Orders calls it, through its sidecar, without a caller's token: the key is in
/// the body.
/// </summary>
internal static class ReturnUnits
{
    public static async Task<IResult> HandleAsync(
        ReturnUnitsRequest body,
        StockCommandQueue stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        // No upper bound, as for a shipment: all shipped units may be returned.
        var errors = new RequestValidator()
            .That(
                Names.IsValid(body.Key, Names.MaxKeyLength),
                "/key",
                $"A key must have {Names.Rule(Names.MaxKeyLength)}."
            )
            .That(
                body.Lines.All(l => l.Quantity > 0 && l.Disposition != Disposition.Refuse),
                "/lines",
                "A quantity must be 1 or more, and the disposition must not be refuse: refused units are not returned."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        return await stock.RunAsync(
            new ReturnCommand(
                body.Key,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)),
                body.OrderId,
                body.Number,
                [.. body.Lines.Select(l => l with { Location = l.Location ?? StockLimits.DefaultLocation })],
                body.Actor
            ),
            context,
            cancellationToken
        );
    }
}
