using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>HTTP results about items.</summary>
internal static class ItemResults
{
    private const string Kind = "item";
    private const string Member = "sku";

    public static ProblemHttpResult Unknown(string sku) =>
        Problems.Of(
            404,
            "unknown-sku",
            "Unknown SKU",
            $"There is no item '{sku}' here. Items are created with PUT /items/{{sku}}.",
            (Member, sku)
        );

    public static ProblemHttpResult Changed(string sku, Versioned<Item>? item) =>
        CatalogueResults.Changed(Kind, Member, sku, item);

    public static ProblemHttpResult RulesLeftOut(string sku, IReadOnlyList<string> missing) =>
        CatalogueResults.RulesLeftOut(Kind, Member, sku, missing);
}
