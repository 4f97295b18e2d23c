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
    /// <param name="Lines">
    /// The units, by the number of their line (line). Their SKU is enough where the order has them at one price.
    /// </param>
    internal sealed record ReturnRequest(IReadOnlyList<NamedUnits> Lines, string Reason);

    public static async Task<Results<Created<RequestedReturn>, ProblemHttpResult>> HandleAsync(
        Guid id,
        ReturnRequest request,
        IdempotencyKey key,
        ReturnStore returns,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = NamedUnits.Check(request.Lines);
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
