using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /returns/{id}/decision</c>: decides about returned units: restocked, set aside as damaged, discarded, or
/// refused. Accepted units are refunded. Repeating the same decision changes nothing.
/// </summary>
internal static class DecideReturn
{
    /// <param name="Lines">
    /// Every requested unit, once, by the number of its line, or by its SKU where that makes no difference.
    /// </param>
    /// <param name="Location">The location of the units; null: the default.</param>
    internal sealed record ReturnDecision(IReadOnlyList<NamedDecision> Lines, string? Location = null);

    /// <param name="Refund">GBP.</param>
    internal sealed record DecidedRefund(Guid Id, decimal Refund);

    public static async Task<Results<Ok<DecidedRefund>, ProblemHttpResult>> HandleAsync(
        Guid id,
        ReturnDecision request,
        ReturnStore returns,
        FulfilmentWorker worker,
        ServiceInvoker services,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Location is { } location && !Names.IsValid(location, Names.MaxItemLength))
            return Problems.Invalid([NameErrors.Of("/location", Names.MaxItemLength)]);
        // What Inventory would refuse later, again and again, must not be decided.
        if (
            request.Location is { } named
            && await services.PostAsync<LocationLookup, List<string>>(
                Apps.Inventory,
                "locations/lookup",
                new LocationLookup([named]),
                cancellationToken
            )
                is []
        )
            return Problems.Of(
                409,
                "unknown-location",
                "Unknown location",
                $"There is no location '{named}'. Declare it with PUT /locations/{{location}} before units come back there.",
                ("location", named)
            );
        var refund = await returns.DecideAsync(id, request.Lines, request.Location, context.Name(), cancellationToken);
        await worker.TryAsync(id);
        return TypedResults.Ok(new DecidedRefund(id, Money.Normalize(refund)));
    }
}
