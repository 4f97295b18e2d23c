using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary><c>POST /ops/orders</c>: an operator hands in many orders by one request, each with its own key and its own outcome.</summary>
internal static class PlaceManyOrders
{
    private const int MaxOrders = 500;

    internal sealed record Request(IReadOnlyList<KeyedOrder> Orders);

    internal sealed record KeyedOrder(string Key, OrderRequest Order);

    /// <param name="Errors">Why it was not accepted; null where it was.</param>
    internal sealed record Outcome(string Key, Guid? Id, IReadOnlyList<ValidationError>? Errors);

    public static async Task<Results<Ok<Outcome[]>, ProblemHttpResult>> HandleAsync(
        Request request,
        Catalogue catalogue,
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
                new("/orders", $"There are 1 to {MaxOrders} orders, and none of them, nor of their lines, is null."),
            ]);
        var items = await catalogue.FindAsync(
            request.Orders.SelectMany(o => o.Order.Lines).Select(l => l.Sku),
            cancellationToken
        );
        return TypedResults.Ok(await Task.WhenAll(request.Orders.Select(PlaceAsync)));

        async Task<Outcome> PlaceAsync(KeyedOrder order)
        {
            var complaints = OrderValidationRules.Check(order.Order, byOperator: true);
            if (order.Key.Length is 0 or > IdempotencyKey.MaxLength)
                complaints.Add(new("/key", $"A key has 1 to {IdempotencyKey.MaxLength} characters."));
            if (complaints.Count > 0)
                return new Outcome(order.Key, null, complaints);
            var (lines, unknown) = OrderPricingRules.Price(order.Order, items);
            if (unknown.Count > 0)
                return new Outcome(order.Key, null, unknown);
            if (OrderValidationRules.CheckTotal(lines) is { Count: > 0 } tooMuch)
                return new Outcome(order.Key, null, tooMuch);

            var caller = context.Name();
            var acceptance = await orders.RunAsync(
                new AcceptOrder(
                    caller,
                    order.Key,
                    order.Order.Fingerprint(),
                    order.Order.Customer ?? caller,
                    lines,
                    order.Order.Payment.Token,
                    order.Order.OnShortage,
                    order.Order.Hold
                ),
                cancellationToken
            );
            return acceptance.Order is { } accepted
                ? new Outcome(order.Key, accepted.Id, null)
                : new Outcome(order.Key, null, [new("/key", "The key was used with another order.")]);
        }
    }
}
