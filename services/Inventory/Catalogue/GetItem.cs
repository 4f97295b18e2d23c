using DaprShop.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary><c>GET /items/{sku}</c>: an item with all its rules, and its ETag.</summary>
internal static class GetItem
{
    public static async Task<Results<Ok<Item>, ProblemHttpResult>> HandleAsync(
        string sku,
        ItemStore items,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await items.FindAsync(sku, cancellationToken) is { } item
            ? CatalogueResults.Of(item, context)
            : ItemResults.Unknown(sku);
}
