using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /shipments</c>: units of a confirmed order leave, all of them or a part. Between it and a cancellation there is one winner. It is carried
/// out before the answer where Inventory is there, and by and by where it is not: the answer is the same.
/// </summary>
internal static class ShipOrder
{
    /// <param name="Lines">What leaves; null: all that is left. Without a location, from wherever the units are allocated.</param>
    internal sealed record Request(Guid OrderId, IReadOnlyList<ShippedUnits>? Lines = null);

    public static async Task<Results<Accepted<Shipment>, ProblemHttpResult>> HandleAsync(
        Request request,
        IdempotencyKey key,
        ShipmentStore shipments,
        FulfilmentWorker errands,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            request.Lines is { } lines
            && (
                lines.Count is 0 or > OrderValidationRules.MaxLines
                || lines.Any(l =>
                    l is null
                    || l.Sku.Length == 0
                    || l.Quantity is < 1 or > OrderValidationRules.MaxQuantity
                    || l.Location is { Length: 0 or > ItemNames.MaxLength }
                )
            )
        )
            return Problems.Invalid([
                new(
                    "/lines",
                    $"There are 1 to {OrderValidationRules.MaxLines} lines of sku, quantity (1 to {OrderValidationRules.MaxQuantity}) and, if need be, location (1 to {ItemNames.MaxLength} characters); without lines all that is left is shipped."
                ),
            ]);
        var (shipment, replayed) = await shipments.BeginAsync(
            request.OrderId,
            request.Lines,
            context.Name(),
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            cancellationToken
        );
        if (replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        else
            await errands.TryAsync(shipment.Id);
        if (await shipments.RefusalAsync(shipment.Id, cancellationToken) is { } refusal)
            return Problems.Of(409, "not-shipped", "The units cannot leave", refusal, ("shipment", shipment.Id));
        return TypedResults.Accepted($"/orders/{shipment.OrderId}/shipments", shipment);
    }
}
