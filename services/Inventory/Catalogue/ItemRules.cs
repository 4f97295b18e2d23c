using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Decides how the catalogue's items may be created and changed.</summary>
internal static class ItemRules
{
    /// <summary>The errors of an item as it would become; empty for a valid one.</summary>
    public static List<ValidationError> Check(Item item)
    {
        var errors = new List<ValidationError>();
        errors.AddName("sku", item.Sku, Names.MaxItemLength);
        if (item.Name.Length is 0 or > StockLimits.NameLength)
            errors.Add(new("/name", $"A name must have 1 to {StockLimits.NameLength} characters."));
        if (item.Price < 0 || item.Price > StockLimits.MaxPrice || decimal.Round(item.Price, 4) != item.Price)
            errors.Add(new("/price", $"A price must be 0 to {StockLimits.MaxPrice} with at most four decimals."));
        if (item.BackorderLimit is < 0 or > StockLimits.MaxQuantity)
            errors.Add(new("/backorderLimit", $"A backorder limit must be 0 to {StockLimits.MaxQuantity}."));
        if (item.MaxPerCustomer is < 1 or > StockLimits.MaxQuantity)
            errors.Add(
                new("/maxPerCustomer", $"A limit per customer must be 1 to {StockLimits.MaxQuantity}, or null.")
            );
        if (item.LowStockAt is < 0 or > StockLimits.MaxQuantity)
            errors.Add(new("/lowStockAt", $"A threshold must be 0 to {StockLimits.MaxQuantity}, or null."));
        return errors;
    }

    /// <summary>
    /// The rules that a request to replace an existing item leaves out. They would silently become the defaults of a
    /// new item, so the request is refused.
    /// </summary>
    public static IReadOnlyList<string> LeftOut(PutItem.Request request) =>
        [.. PutItem.Rules.Where(rule => !request.Stated.Contains(rule))];

    /// <summary>The errors of a change: members that a change may set but not remove.</summary>
    public static List<ValidationError> Check(PatchItem.Request change) =>
        [
            .. change
                .Stated.Where(member => change.IsNull(member))
                .Select(member => new ValidationError(
                    $"/{member}",
                    $"{member} must have a value; leave it out to keep it."
                )),
        ];

    /// <summary>The item after a change of some fields.</summary>
    public static Item Apply(PatchItem.Request change, Item item) =>
        item with
        {
            Name = change.Name ?? item.Name,
            Price = change.Price ?? item.Price,
            Stocked = change.Stocked ?? item.Stocked,
            BackorderLimit = change.BackorderLimit ?? item.BackorderLimit,
            MaxPerCustomer = change.Stated.Contains("maxPerCustomer") ? change.MaxPerCustomer : item.MaxPerCustomer,
            LowStockAt = change.Stated.Contains("lowStockAt") ? change.LowStockAt : item.LowStockAt,
            OnSale = change.OnSale ?? item.OnSale,
        };

    /// <summary>
    /// True where units may have become available to somebody who waits: a limit per customer was raised or removed, or
    /// the item is on sale again.
    /// </summary>
    public static bool MayServeMore(Item? before, Item after) =>
        before is not null
        && (
            !before.OnSale && after.OnSale
            || before.MaxPerCustomer is { } most && (after.MaxPerCustomer is null || after.MaxPerCustomer > most)
        );
}
