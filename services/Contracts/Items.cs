namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory what these SKUs are.</summary>
public sealed record ItemLookup(IReadOnlyList<string> Skus);

/// <summary>An item of the catalogue. <paramref name="Price"/> in GBP per unit; a service (postage, say) is sold but never stocked.</summary>
public sealed record Item(string Sku, string Name, decimal Price, bool Stocked);
