using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Credits;

/// <summary><c>POST /payments/credits</c>: an operator pays money out that belongs to no order of the shop.</summary>
internal static class GiveCredit
{
    private const decimal MaxAmount = 1_000_000;
    private const int MaxDecimals = 4;

    public static async Task<Results<Ok<CreditView>, ProblemHttpResult>> HandleAsync(
        IdempotencyKey key,
        CreditRequest request,
        HttpContext context,
        CreditStore credits,
        KnownOrders orders,
        ProviderCalls calls,
        CancellationToken cancellationToken
    )
    {
        if (Validate(request) is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        // All money that goes back for an order has one limit: what was captured for it.
        if (await orders.ContainsAsync(request.Reference, cancellationToken))
            return Problems.Of(
                409,
                "reference-of-an-order",
                "The reference is an order's id",
                $"'{request.Reference}' is the id of an order. Its money goes back by a return, a cancellation of units or a "
                    + "cancel of the order; use another reference for money that belongs to no order."
            );

        var (result, credit, call) = await credits.GiveAsync(
            context.Name(),
            key.Value,
            request.Reference,
            request.Amount,
            cancellationToken
        );
        switch (result)
        {
            case CreditResult.KeyReused:
                return IdempotencyKey.Conflict(key.Value);
            case CreditResult.AlreadyCredited:
                return Problems.Of(
                    409,
                    "already-credited",
                    "Already credited",
                    $"Reference {request.Reference} was already credited under another Idempotency-Key."
                );
            case CreditResult.Replayed:
                context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
                break;
        }

        if (call is not null)
            await calls.AskAsync([call], cancellationToken);
        var isPaid = await credits.IsPaidAsync(credit.Reference, cancellationToken);
        return TypedResults.Ok(
            new CreditView(credit.Reference, credit.Amount, credit.RecordedAt, isPaid ? "paid" : "pending")
        );
    }

    private static List<ValidationError> Validate(CreditRequest request)
    {
        var errors = new List<ValidationError>();
        errors.AddName("/reference", request.Reference, Names.MaxKeyLength);
        if (MinorUnits.Round(request.Amount) <= 0 || request.Amount > MaxAmount)
            errors.Add(new ValidationError("/amount", $"Must be at least half a penny and at most {MaxAmount}."));
        if (request.Amount.Scale > MaxDecimals)
            errors.Add(new ValidationError("/amount", $"Must not have more than {MaxDecimals} decimals."));
        return errors;
    }

    /// <summary>Money to pay out, in GBP. <paramref name="Reference"/> says for what; it is credited once.</summary>
    internal sealed record CreditRequest(string Reference, decimal Amount);

    /// <summary>A credit, in GBP.</summary>
    /// <param name="Amount">As requested; the provider pays it rounded to whole pence.</param>
    /// <param name="State">paid, or pending while the provider has not answered: it is asked until it does.</param>
    internal sealed record CreditView(string Reference, decimal Amount, DateTimeOffset RecordedAt, string State);
}
