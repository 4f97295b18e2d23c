using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary><c>POST /orders/{id}/returns</c>: a customer wants to send back units that have left. What becomes of them is decided when they are seen.</summary>
internal static class RequestReturn
{
    internal sealed record Request(IReadOnlyList<OrderedUnits> Lines, string Reason);

    public static async Task<Results<Created<Return>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Request request,
        IdempotencyKey key,
        ReturnStore returns,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new List<ValidationError>();
        if (
            request.Lines.Count is 0 or > OrderValidationRules.MaxLines
            || request.Lines.Any(l =>
                l is null || l.Sku.Length == 0 || l.Quantity is < 1 or > OrderValidationRules.MaxQuantity
            )
        )
            complaints.Add(
                new(
                    "/lines",
                    $"There are 1 to {OrderValidationRules.MaxLines} lines of sku and quantity (1 to {OrderValidationRules.MaxQuantity})."
                )
            );
        if (request.Reason.Length is 0 or > OrderValidationRules.MaxTextLength)
            complaints.Add(new("/reason", $"A reason has 1 to {OrderValidationRules.MaxTextLength} characters."));
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);

        var (asked, replayed) = await returns.RequestAsync(
            id,
            context.Owner(),
            request.Lines,
            request.Reason,
            context.Name(),
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            cancellationToken
        );
        if (replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Created($"/orders/{id}/returns", asked);
    }
}
