using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary>
/// <c>POST /ops/orders</c>: an operator places many orders by one request, each with its own key and its own outcome.
/// </summary>
internal static class PlaceManyOrders
{
    private const int MaxOrders = 500;

    internal sealed record ManyOrders(IReadOnlyList<KeyedOrder> Orders);

    internal sealed record KeyedOrder(string Key, OrderRequest Order);

    /// <param name="Id">Null where the order was not accepted.</param>
    /// <param name="Errors">Null where the order was accepted.</param>
    internal sealed record PlacedOrder(string Key, Guid? Id, IReadOnlyList<ValidationError>? Errors);

    public static async Task<Results<Ok<PlacedOrder[]>, ProblemHttpResult>> HandleAsync(
        ManyOrders request,
        Catalogue catalogue,
        HoldClaims holds,
        GroupCommit<AcceptOrder, Acceptance> orders,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            request.Orders.Count is 0 or > MaxOrders
            || request.Orders.Any(o => o is null || o.Order.Lines.Contains(null!))
        )
            return Problems.Invalid([
                new("/orders", $"Must have 1 to {MaxOrders} orders; neither an order nor a line may be null."),
            ]);
        var skus = request.Orders.SelectMany(o => o.Order.Lines).Select(l => l.Sku);
        var items = await catalogue.FindAsync(skus, cancellationToken);
        return TypedResults.Ok(await Task.WhenAll(request.Orders.Select(PlaceAsync)));

        async Task<PlacedOrder> PlaceAsync(KeyedOrder order)
        {
            var errors = OrderValidationRules.Validate(order.Order, byOperator: true);
            errors.AddName("/key", order.Key, Names.MaxKeyLength);
            if (errors.Count > 0)
                return new PlacedOrder(order.Key, null, errors);
            var (lines, unknown) = OrderPricingRules.Price(order.Order, items);
            if (unknown.Count > 0)
                return new PlacedOrder(order.Key, null, unknown);
            if (OrderValidationRules.ValidateTotal(lines) is { Count: > 0 } tooExpensive)
                return new PlacedOrder(order.Key, null, tooExpensive);

            var caller = context.Name();
            var (accept, refused) = await holds.ClaimAsync(
                new AcceptOrder(
                    caller,
                    order.Key,
                    order.Order.Fingerprint(caller),
                    order.Order.Customer ?? caller,
                    lines,
                    order.Order.Payment.Token,
                    order.Order.OnShortage,
                    order.Order.Hold
                ),
                cancellationToken
            );
            if (refused is not null)
                return new PlacedOrder(order.Key, null, [refused]);
            var acceptance = await orders.RunAsync(accept, cancellationToken);
            return acceptance.Order is { } accepted
                ? new PlacedOrder(order.Key, accepted.Id, null)
                : new PlacedOrder(order.Key, null, [new("/key", "The key was already used with another order.")]);
        }
    }
}
