using DaprShop.Payments.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Features;

/// <summary><c>POST /payments/credits</c>: an operator gives money back that belongs to no order of ours.</summary>
internal static class GiveCredit
{
    private const decimal MaxAmount = 1_000_000;

    public static void MapGiveCredit(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/credits", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GiveCredit")
            .WithTags("Payments")
            .WithSummary("Gives money back without an order. Idempotency-Key is required.");

    private static async Task<Results<Ok<CreditView>, ProblemHttpResult>> HandleAsync(
        IdempotencyKey key,
        Request request,
        HttpContext context,
        CreditStore credits,
        CancellationToken cancellationToken
    )
    {
        if (Complaints(request) is { Count: > 0 } complaints)
            return Problems.Invalid(complaints);

        var (result, credit) = await credits.GiveAsync(
            context.Name(),
            key.Value,
            request.Reference,
            request.Amount,
            cancellationToken
        );
        switch (result)
        {
            case CreditResult.OtherBody:
                return IdempotencyKey.Conflict(key.Value);
            case CreditResult.AlreadyCredited:
                return Problems.Of(
                    409,
                    "already-credited",
                    "Already credited",
                    $"{request.Reference} was credited before, under another key."
                );
            case CreditResult.Replayed:
                context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
                break;
        }

        return TypedResults.Ok(new CreditView(credit.Reference, credit.Amount, credit.BookedAt));
    }

    private static List<ValidationError> Complaints(Request request)
    {
        var complaints = new List<ValidationError>();
        if (request.Reference.Length is 0 or > IdempotencyKey.MaxLength)
            complaints.Add(new ValidationError("/reference", $"has 1 to {IdempotencyKey.MaxLength} characters."));
        if (request.Amount is <= 0 or > MaxAmount)
            complaints.Add(new ValidationError("/amount", $"is more than 0 and at most {MaxAmount}."));
        if (request.Amount.Scale > 4)
            complaints.Add(new ValidationError("/amount", "has at most four decimals."));
        return complaints;
    }

    /// <summary>Money to give back, in GBP; the reference says for what, and is credited once.</summary>
    internal sealed record Request(string Reference, decimal Amount);

    /// <summary>A credit that was given.</summary>
    internal sealed record CreditView(string Reference, decimal Amount, DateTimeOffset BookedAt);
}
