using System.Net;
using System.Security.Cryptography;
using System.Text;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Placing;

/// <summary><c>POST /waitlist/offers/{id}/accept</c>: orders what is held for the caller as the head of a waitlist. An offer makes one order, however often it is accepted.</summary>
internal static class AcceptOffer
{
    internal sealed record Request(RequestedPayment Payment);

    public static async Task<Results<Accepted<AcceptedOrder>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Request request,
        IdempotencyKey key,
        Downstream downstream,
        Catalogue catalogue,
        GroupCommit<AcceptOrder, Acceptance> orders,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Payment.Token.Length is 0 or > OrderValidationRules.MaxTextLength)
            return Problems.Invalid([
                new("/payment/token", $"A token has 1 to {OrderValidationRules.MaxTextLength} characters."),
            ]);
        Offer offer;
        try
        {
            offer = await downstream.AskAsync<ClaimOfferRequest, Offer>(
                Apps.Inventory,
                $"internal/offers/{id}/take",
                new ClaimOfferRequest(context.Owner()),
                cancellationToken
            );
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return Problems.NotFound($"offer {id}");
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            return Problems.Of(
                409,
                "offer-ended",
                "The offer is over",
                "Its time has passed, or it was declined: the units went to the next in line. Join the line again with POST /waitlist/{sku}."
            );
        }

        // A repeated answer is not checked again there.
        if (!(context.User.IsOperator() || offer.Customer == context.Name()))
            return Problems.NotFound($"offer {id}");
        var wanted = new OrderRequest(
            [.. offer.Lines.Select(l => new RequestedLine(l.Sku, l.Quantity))],
            request.Payment,
            Hold: id
        );
        var (lines, _) = OrderPricingRules.Price(
            wanted,
            await catalogue.FindAsync(offer.Lines.Select(l => l.Sku), cancellationToken)
        );
        var acceptance = await orders.RunAsync(
            new AcceptOrder(
                offer.Customer,
                $"offer:{id}",
                SHA256.HashData(Encoding.UTF8.GetBytes(request.Payment.Token)),
                offer.Customer,
                lines,
                request.Payment.Token,
                wanted.OnShortage,
                id
            ),
            cancellationToken
        );
        if (acceptance.Order is not { } order)
            return IdempotencyKey.Conflict(key.Value);
        if (acceptance.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Accepted($"/orders/{order.Id}", order);
    }
}
