using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /orders/{id}/returns</c>: a customer requests the return of shipped units. An operator decides when the
/// units are inspected.
/// </summary>
internal static class RequestReturn
{
    internal sealed record ReturnRequest(IReadOnlyList<OrderedUnits> Lines, string Reason);

    public static async Task<Results<Created<RequestedReturn>, ProblemHttpResult>> HandleAsync(
        Guid id,
        ReturnRequest request,
        IdempotencyKey key,
        ReturnStore returns,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new List<ValidationError>();
        if (
            request.Lines.Count is 0 or > OrderValidationRules.MaxLines
            || request.Lines.Any(l =>
                l is null || l.Sku.Length == 0 || l.Quantity is < 1 or > OrderValidationRules.MaxQuantity
            )
        )
            errors.Add(
                new(
                    "/lines",
                    $"Must have 1 to {OrderValidationRules.MaxLines} lines with sku and quantity "
                        + $"(1 to {OrderValidationRules.MaxQuantity})."
                )
            );
        if (request.Reason.Length is 0 or > OrderValidationRules.MaxTextLength)
            errors.Add(new("/reason", $"Must have 1 to {OrderValidationRules.MaxTextLength} characters."));
        if (errors.Count > 0)
            return Problems.Invalid(errors);

        var (requested, replayed) = await returns.RequestAsync(
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
        return TypedResults.Created($"/orders/{id}/returns", requested);
    }
}
