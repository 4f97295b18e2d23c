using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Paying;

/// <summary>
/// <c>POST /orders/{id}/payment</c>: the customer of an order whose card was declined names another one, which is
/// charged. The order keeps its stock until the deadline.
/// </summary>
internal static class NameCard
{
    /// <summary>Characters of a payment token, at most.</summary>
    public const int MaxTokenLength = 100;

    /// <param name="PaymentToken">The payment provider's token for the customer's means of payment.</param>
    internal sealed record AnotherCard(string PaymentToken);

    public static async Task<Results<Ok<NamedCard>, ProblemHttpResult>> HandleAsync(
        Guid id,
        AnotherCard request,
        IdempotencyKey key,
        CardStore cards,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.PaymentToken.Length is 0 or > MaxTokenLength)
            return Problems.Invalid([new("/paymentToken", $"Must have 1 to {MaxTokenLength} characters.")]);
        var result = await cards.NameAsync(
            id,
            context.Owner(),
            new CardRequest(
                request.PaymentToken,
                context.Name(),
                key.Value,
                IdempotencyKey.Fingerprint(context, request)
            ),
            cancellationToken
        );
        if (result.Order is not { } order)
            return Problems.NotFound($"order {id}");
        if (result.Card is not { } card)
            return Refused(order, result.TooMany);
        if (result.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(card);
    }

    /// <summary>409: the order takes no card.</summary>
    /// <param name="tooMany">It has named as many as it may.</param>
    public static ProblemHttpResult Refused(LockedOrder order, bool tooMany) =>
        tooMany
            ? Problems.Of(
                409,
                "too-many-cards",
                "The order takes no more cards",
                $"Order {order.Id} has named as many cards as an order may. It keeps its stock until its deadline; it "
                    + "can be cancelled and placed again.",
                ("orderId", order.Id),
                ("orderStatus", order.Status.Name())
            )
            : NotAwaitingPayment(order);

    private static ProblemHttpResult NotAwaitingPayment(LockedOrder order) =>
        Problems.Of(
            409,
            "not-awaiting-payment",
            "The order is not awaiting payment",
            order.Status == OrderStatus.AwaitingPayment
                ? $"The time to name another card for order {order.Id} is over: the order is about to be rejected."
                : $"Order {order.Id} is {order.Status.Name()}. "
                    + $"Another card can be named only while an order is {OrderStatusNames.AwaitingPayment}.",
            ("orderId", order.Id),
            ("orderStatus", order.Status.Name()),
            ("allowed", OrderActions.NameCard.FromNames)
        );
}
