using System.Buffers.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>
/// <c>GET /locations</c>, by priority, and <c>GET /locations/{location}</c>; Orders asks which locations exist.
/// </summary>
internal static class GetLocations
{
    private const int MaxPage = 500;

    /// <summary>The last location of a page.</summary>
    private sealed record Place(int Priority, string Location);

    /// <param name="Cursor">Send it back to get the next locations; null after the last one.</param>
    internal sealed record LocationPage(IReadOnlyList<StockLocation> Items, string? Cursor);

    public static async Task<Results<Ok<StockLocation>, ProblemHttpResult>> OneAsync(
        string location,
        LocationStore locations,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await locations.FindAsync(location, cancellationToken) is { } found
            ? CatalogueResults.Of(found, context)
            : LocationResults.NotFound(location);

    public static async Task<Results<Ok<LocationPage>, ProblemHttpResult>> ManyAsync(
        LocationStore locations,
        CancellationToken cancellationToken,
        string? cursor = null,
        int limit = 100
    )
    {
        var after = cursor is null ? new Place(-1, "") : Read(cursor);
        var errors = new RequestValidator()
            .That(after is not null, "cursor", "A cursor must be the `cursor` of an earlier page.")
            .That(limit is >= 1 and <= MaxPage, "limit", $"A limit must be 1 to {MaxPage}.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var found = await locations.ListAsync(after!.Priority, after.Location, limit + 1, cancellationToken);
        var page = found.Take(limit).ToList();
        return TypedResults.Ok(
            new LocationPage(
                page,
                found.Count > limit
                    ? Base64Url.EncodeToString(
                        JsonSerializer.SerializeToUtf8Bytes(new Place(page[^1].Priority, page[^1].Location))
                    )
                    : null
            )
        );
    }

    /// <summary>Which of the names are declared. Only Orders calls it, through its sidecar.</summary>
    public static Task<List<string>> LookUpAsync(
        LocationLookup lookup,
        LocationStore locations,
        CancellationToken cancellationToken
    ) => locations.DeclaredAsync(lookup.Locations, cancellationToken);

    private static Place? Read(string cursor)
    {
        try
        {
            return
                JsonSerializer.Deserialize<Place>(Base64Url.DecodeFromChars(cursor)) is { Location: { } location } place
                && Names.IsValid(location, Names.MaxItemLength)
                ? place
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}
