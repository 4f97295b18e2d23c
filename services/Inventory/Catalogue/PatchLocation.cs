using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary><c>PATCH /locations/{location}</c>: an operator changes some rules of a location; the others stay.</summary>
internal static class PatchLocation
{
    /// <summary>The rules to change, as in <c>PUT /locations/{location}</c>.</summary>
    internal sealed record Request(int? Priority = null, bool? Sold = null);

    public static async Task<Results<Ok<StockLocation>, ProblemHttpResult>> HandleAsync(
        string location,
        Request request,
        IdempotencyKey key,
        LocationStore locations,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request is { Priority: null, Sold: null })
            return Problems.Invalid([new("", "A change must state priority, sold or both, and neither as null.")]);
        var ifMatch = IfMatch.Of(context);
        return CatalogueResults.Of(
            await locations.ChangeAsync(
                location,
                key.Value,
                IdempotencyKey.Fingerprint(context, new { request, ifMatch }),
                before =>
                {
                    if (before is null)
                        return (null, LocationResults.NotFound(location));
                    if (!IfMatch.Names(ifMatch, before))
                        return (null, LocationResults.Changed(location, before));
                    var changed = before.Value with
                    {
                        Priority = request.Priority ?? before.Value.Priority,
                        Sold = request.Sold ?? before.Value.Sold,
                    };
                    return PutLocation.Check(changed) is { Count: > 0 } errors
                        ? (null, Problems.Invalid(errors))
                        : (changed, null);
                },
                cancellationToken
            ),
            context
        );
    }
}
