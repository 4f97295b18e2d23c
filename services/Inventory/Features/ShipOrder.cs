using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary>Allocated units leave with their order. For sidecars only, who bring no caller: the key is in the body.</summary>
internal static class ShipOrder
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/reservations/ship", HandleAsync).ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(ShipRequest body, StockCommands stock, HttpContext context, CancellationToken cancellationToken)
    {
        var complaints = new Checks().That(body.Key.Length is > 0 and <= IdempotencyKey.MaxLength, "/key", $"A key has 1 to {IdempotencyKey.MaxLength} characters.")
            .That(body.Lines?.All(l => l.Quantity is > 0 and <= Limits.MaxQuantity) != false, "/lines", $"A quantity is 1 to {Limits.MaxQuantity}.");
        if (complaints.Count > 0) return Problems.Invalid(complaints);
        return Replies.Of(await stock.RunAsync<Answer>(new Ship(body.Key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)), body.OrderId,
            body.Lines, MovedBy.Saga), cancellationToken), context);
    }
}
