using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>HTTP results about locations.</summary>
internal static class LocationResults
{
    public static Results<Ok<StockLocation>, ProblemHttpResult> Of(
        (VersionedLocation? Location, bool Replayed, ProblemHttpResult? Refusal) outcome,
        HttpContext context
    )
    {
        if (outcome.Location is not { } location)
            return outcome.Refusal!;
        if (outcome.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return Of(location, context);
    }

    /// <summary>A location, with its ETag.</summary>
    public static Ok<StockLocation> Of(VersionedLocation location, HttpContext context)
    {
        context.Response.Headers.ETag = location.ETag;
        return TypedResults.Ok(location.Location);
    }

    public static ProblemHttpResult NotFound(string location) =>
        Problems.Of(
            404,
            "unknown-location",
            "Unknown location",
            $"There is no location '{location}' here. Locations are declared with PUT /locations/{{location}}.",
            ("location", location)
        );

    public static ProblemHttpResult Changed(string location, VersionedLocation? now) =>
        Problems.Of(
            412,
            "location-changed",
            "The location has changed",
            now is null
                ? $"There is no location '{location}', so If-Match names none."
                : $"The ETag of '{location}' is {now.ETag}, which If-Match does not name. Read the location again, and "
                    + "decide with what it is now.",
            ("location", location),
            ("etag", now?.ETag)
        );

    public static ProblemHttpResult RulesLeftOut(string location, IReadOnlyList<string> missing) =>
        Problems.Of(
            422,
            "rules-left-out",
            "Rules are left out",
            $"The location '{location}' exists. A PUT states all its rules, and this one leaves out "
                + $"{string.Join(", ", missing)}. State them too, or change some with PATCH /locations/{{location}}.",
            ("location", location),
            ("missing", missing)
        );
}
