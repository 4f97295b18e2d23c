using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>HTTP results about locations.</summary>
internal static class LocationResults
{
    private const string Kind = "location";

    public static ProblemHttpResult NotFound(string location) =>
        Problems.Of(
            404,
            "unknown-location",
            "Unknown location",
            $"There is no location '{location}' here. Locations are declared with PUT /locations/{{location}}.",
            (Kind, location)
        );

    public static ProblemHttpResult Changed(string location, Versioned<StockLocation>? stored) =>
        CatalogueResults.Changed(Kind, Kind, location, stored);

    public static ProblemHttpResult RulesLeftOut(string location, IReadOnlyList<string> missing) =>
        CatalogueResults.RulesLeftOut(Kind, Kind, location, missing);
}
