using System.Buffers.Text;
using System.Text;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary><c>GET /items</c>: the catalogue, by SKU.</summary>
internal static class ListItems
{
    private const int MaxPage = 500;

    /// <param name="Cursor">Send it back to get the next items; null after the last one.</param>
    internal sealed record ItemPage(IReadOnlyList<Item> Items, string? Cursor);

    public static async Task<Results<Ok<ItemPage>, ProblemHttpResult>> HandleAsync(
        ItemStore store,
        CancellationToken cancellationToken,
        string? search = null,
        string? cursor = null,
        int limit = 100
    )
    {
        var after = cursor is null ? "" : Read(cursor);
        var errors = new RequestValidator()
            .That(after is not null, "cursor", "A cursor must be the `cursor` of an earlier page.")
            .That(limit is >= 1 and <= MaxPage, "limit", $"A limit must be 1 to {MaxPage}.")
            .That(
                search is not { Length: 0 or > StockLimits.NameLength },
                "search",
                $"A search must have 1 to {StockLimits.NameLength} characters."
            );
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var items = await store.ListAsync(after!, search, limit + 1, cancellationToken);
        var page = items.Take(limit).ToList();
        return TypedResults.Ok(
            new ItemPage(
                page,
                items.Count > limit ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page[^1].Sku)) : null
            )
        );
    }

    /// <summary>The last SKU of the earlier page; null for text that is not a cursor.</summary>
    private static string? Read(string cursor)
    {
        try
        {
            var sku = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            return sku.Length is 0 or > StockLimits.SkuLength || sku.Contains('\0', StringComparison.Ordinal)
                ? null
                : sku;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
