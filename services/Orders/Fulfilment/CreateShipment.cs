using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /shipments</c>: an operator ships an order, or a part of it. The shipment is executed at once where
/// Inventory is reachable, and otherwise by the worker; the response is the same.
/// </summary>
internal static class CreateShipment
{
    /// <param name="Lines">The units to ship; null: all that have not left.</param>
    internal sealed record ShipmentRequest(Guid OrderId, IReadOnlyList<UnitsToShip>? Lines = null);

    public static async Task<Results<Accepted<Shipment>, ProblemHttpResult>> HandleAsync(
        ShipmentRequest request,
        IdempotencyKey key,
        ShipmentStore shipments,
        FulfilmentWorker worker,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Lines is { } lines)
        {
            var errors = NamedUnits.Check([
                .. lines.Select(l => l is null ? null : new NamedUnits(l.Quantity, l.Line, l.Sku)),
            ]);
            if (!lines.All(l => l?.Location is not { } location || Names.IsValid(location, Names.MaxItemLength)))
                errors.Add(new("/lines", $"A location must have {Names.Rule(Names.MaxItemLength)}."));
            if (errors.Count > 0)
                return Problems.Invalid(errors);
        }

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
            await worker.TryAsync(shipment.Id);
        if (await shipments.RefusalAsync(shipment.Id, cancellationToken) is { } refusal)
            return Problems.Of(409, "not-shipped", "The units cannot be shipped", refusal, ("shipment", shipment.Id));
        return TypedResults.Accepted($"/orders/{shipment.OrderId}/shipments", shipment);
    }
}
