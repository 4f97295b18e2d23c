using System.Net;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary>
/// <c>POST /waitlist/offers/{id}/accept</c>: orders the units that a waitlist offer holds for the caller. An offer
/// makes one order, however often it is accepted.
/// </summary>
internal static class AcceptOffer
{
    internal sealed record OfferAcceptance(RequestedPayment Payment);

    public static async Task<Results<Accepted<AcceptedOrder>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OfferAcceptance request,
        IdempotencyKey key,
        HoldClaims holds,
        Catalogue catalogue,
        GroupCommit<AcceptOrder, Acceptance> orders,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Payment.Token.Length is 0 or > OrderValidationRules.MaxTextLength)
            return Problems.Invalid([
                new("/payment/token", $"Must have 1 to {OrderValidationRules.MaxTextLength} characters."),
            ]);
        var claim = await holds.ClaimAsync(id, context.Owner(), "offer", offerOnly: true, cancellationToken);
        if (claim.Refused == HttpStatusCode.Conflict)
            return Problems.Of(
                409,
                "offer-ended",
                "The offer has ended",
                "It expired or was declined. Join the waitlist again with POST /waitlist/{sku}."
            );
        if (claim.Hold is not { } offer)
            return Problems.NotFound($"offer {id}");

        // Inventory does not check the customer of a repeated claim again.
        if (!(context.User.IsOperator() || offer.Customer == context.Name()))
            return Problems.NotFound($"offer {id}");
        var order = new OrderRequest(
            [.. offer.Lines.Select(l => new RequestedLine(l.Sku, l.Quantity))],
            request.Payment,
            Hold: id
        );
        var items = await catalogue.FindAsync(offer.Lines.Select(l => l.Sku), cancellationToken);
        var (lines, _) = OrderPricingRules.Price(order, items);
        var acceptance = await orders.RunAsync(
            OrderPricingRules.WithHold(
                new AcceptOrder(
                    offer.Customer,
                    $"offer:{id}",
                    RequestFingerprint.Of(offer.Customer, "accept-offer", request),
                    offer.Customer,
                    lines,
                    request.Payment.Token,
                    order.OnShortage,
                    id
                ),
                offer
            ),
            cancellationToken
        );
        if (acceptance.Order is not { } accepted)
            return IdempotencyKey.Conflict(key.Value);
        if (acceptance.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Accepted($"/orders/{accepted.Id}", accepted);
    }
}
