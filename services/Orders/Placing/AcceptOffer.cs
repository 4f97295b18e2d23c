using System.Net;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Paying;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary>
/// <c>POST /waitlist/offers/{id}/accept</c>: orders the units that a waitlist offer holds for the caller. An offer
/// makes one order, however often it is accepted. Accepting it again while that order awaits payment names another card.
/// </summary>
internal static class AcceptOffer
{
    // The key that makes the offer one order is the shop's: no caller has an empty name, so no caller's key is taken.
    private const string NoCaller = "";

    internal sealed record OfferAcceptance(RequestedPayment Payment);

    public static async Task<Results<Accepted<AcceptedOrder>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OfferAcceptance request,
        IdempotencyKey key,
        HoldClaims holds,
        Catalogue catalogue,
        GroupCommit<AcceptOrder, Acceptance> orders,
        OrderAcceptanceStore accepted,
        CardStore cards,
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
        var card = new CardRequest(
            request.Payment.Token,
            context.Name(),
            key.Value,
            IdempotencyKey.Fingerprint(context, request)
        );
        if (await accepted.FindAsync(offer.OrderId, cancellationToken) is not { } existing)
        {
            // There is no such order yet, so the key stands for another request.
            if (await cards.HasUsedAsync(card, cancellationToken))
                return IdempotencyKey.Conflict(key.Value);
            var order = await OrderAsync(id, request, offer, card, catalogue, cancellationToken);
            var acceptance = await orders.RunAsync(order, cancellationToken);
            if (!acceptance.Replayed)
                return TypedResults.Accepted($"/orders/{offer.OrderId}", acceptance.Order!);

            // Another request has accepted the offer at this moment.
            existing = (await accepted.FindAsync(offer.OrderId, cancellationToken))!.Value;
        }

        var named = await cards.NameAsync(offer.OrderId, context.Owner(), card, cancellationToken);
        if (
            named is { Card: null, Order: { } unchanged }
            && (existing.Token != card.Token || TransitionRules.IsFinal(unchanged.Status))
        )
            return NameCard.Refused(unchanged, named.TooMany);
        if (named.Card is null || named.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Accepted(
            $"/orders/{offer.OrderId}",
            named.Card is { } answer
                ? existing.Order with
                {
                    Status = answer.Status,
                    Version = answer.Version,
                }
                : existing.Order
        );
    }

    private static async Task<AcceptOrder> OrderAsync(
        Guid id,
        OfferAcceptance request,
        ClaimedHold offer,
        CardRequest card,
        Catalogue catalogue,
        CancellationToken cancellationToken
    )
    {
        var order = new OrderRequest(
            [.. offer.Lines.Select(l => new RequestedLine(l.Sku, l.Quantity))],
            request.Payment,
            Hold: id
        );
        var items = await catalogue.FindAsync(offer.Lines.Select(l => l.Sku), cancellationToken);
        var (lines, _) = OrderPricingRules.Price(order, items);
        return OrderPricingRules.WithHold(
            new AcceptOrder(
                NoCaller,
                $"offer:{id}",
                RequestFingerprint.Of(NoCaller, "accept-offer", id),
                offer.Customer,
                lines,
                request.Payment.Token,
                order.OnShortage,
                id,
                AnotherCard: true,
                Card: card
            ),
            offer
        );
    }
}
