using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary><c>POST /orders</c>: the order is durable when the 202 is sent.</summary>
internal static class PlaceOrder
{
    public static async Task<Results<Accepted<AcceptedOrder>, ProblemHttpResult>> HandleAsync(
        OrderRequest request,
        IdempotencyKey key,
        Catalogue catalogue,
        HoldClaims holds,
        GroupCommit<AcceptOrder, Acceptance> orders,
        OrderAcceptanceStore store,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = OrderValidationRules.Validate(request, context.User.IsOperator());
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var items = await catalogue.FindAsync(request.Lines.Select(l => l.Sku), cancellationToken);
        var (lines, unknown) = OrderPricingRules.Price(request, items);
        if (unknown.Count > 0)
            return Problems.Of(
                422,
                request.Lines.All(l => items.ContainsKey(l.Sku)) ? "not-on-sale" : "unknown-sku",
                request.Lines.All(l => items.ContainsKey(l.Sku)) ? "Not on sale" : "Unknown SKU",
                string.Join(' ', unknown.Select(e => e.Detail)),
                ("errors", unknown)
            );
        if (OrderValidationRules.ValidateTotal(lines) is { Count: > 0 } tooExpensive)
            return Problems.Invalid(tooExpensive);

        var caller = context.Name();
        var (accept, refused) = await holds.ClaimAsync(
            new AcceptOrder(
                caller,
                key.Value,
                request.Fingerprint(caller),
                request.Customer ?? caller,
                lines,
                request.Payment.Token,
                request.OnShortage,
                request.Hold,
                // Whoever places an order for somebody else is told at once that it is not paid.
                AnotherCard: request.Customer is null || request.Customer == caller
            ),
            cancellationToken
        );
        if (refused is not null)
            return
                await store.FindAwaitingPaymentAsync(request.Hold!.Value, accept.Customer, cancellationToken)
                    is { } unpaid
                ? Problems.Of(
                    409,
                    "hold-used",
                    "The hold is used by an order that awaits payment",
                    $"Order {unpaid} uses the hold, and its card was declined. "
                        + $"Name another card with POST /orders/{unpaid}/payment.",
                    ("orderId", unpaid),
                    ("orderStatus", OrderStatusNames.AwaitingPayment)
                )
                : Problems.Of(409, "hold-ended", "The hold cannot be used", refused.Detail);
        var acceptance = await orders.RunAsync(accept, cancellationToken);
        if (acceptance.Order is not { } order)
            return IdempotencyKey.Conflict(key.Value);
        if (acceptance.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Accepted($"/orders/{order.Id}", order);
    }
}
