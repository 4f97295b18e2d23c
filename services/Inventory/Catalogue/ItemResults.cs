using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>HTTP results about items.</summary>
internal static class ItemResults
{
    /// <summary>The request's <c>If-Match</c>; null without one.</summary>
    public static string? IfMatch(HttpContext context) =>
        context.Request.Headers.IfMatch is { Count: > 0 } header ? string.Join(',', header!) : null;

    public static Results<Ok<Item>, ProblemHttpResult> Of(
        (VersionedItem? Item, bool Replayed, ProblemHttpResult? Refusal) outcome,
        HttpContext context
    )
    {
        if (outcome.Item is not { } item)
            return outcome.Refusal!;
        if (outcome.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return Of(item, context);
    }

    /// <summary>An item, with its ETag.</summary>
    public static Ok<Item> Of(VersionedItem item, HttpContext context)
    {
        context.Response.Headers.ETag = item.ETag;
        return TypedResults.Ok(item.Item);
    }

    public static ProblemHttpResult Unknown(string sku) =>
        Problems.Of(
            404,
            "unknown-sku",
            "Unknown SKU",
            $"There is no item '{sku}' here. Items are created with PUT /items/{{sku}}.",
            ("sku", sku)
        );

    public static ProblemHttpResult Changed(string sku, VersionedItem? item) =>
        Problems.Of(
            412,
            "item-changed",
            "The item has changed",
            item is null
                ? $"There is no item '{sku}', so If-Match names none."
                : $"The ETag of '{sku}' is {item.ETag}, which If-Match does not name. Read the item again, and decide "
                    + "with what it is now.",
            ("sku", sku),
            ("etag", item?.ETag)
        );

    public static ProblemHttpResult RulesLeftOut(string sku, IReadOnlyList<string> missing) =>
        Problems.Of(
            422,
            "rules-left-out",
            "Rules are left out",
            $"The item '{sku}' exists. A PUT states all its rules, and this one leaves out "
                + $"{string.Join(", ", missing)}. State them too, or change some fields with PATCH /items/{{sku}}.",
            ("sku", sku),
            ("missing", missing)
        );
}
