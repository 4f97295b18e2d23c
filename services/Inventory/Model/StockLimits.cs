using DaprShop.Contracts;

namespace DaprShop.Inventory.Model;

/// <summary>Limits of requests.</summary>
internal static class StockLimits
{
    /// <summary>Characters of a SKU or of a location.</summary>
    public const int SkuLength = Names.MaxItemLength;

    /// <summary>Characters of an item's name.</summary>
    public const int NameLength = 200;

    /// <summary>Characters of a reason.</summary>
    public const int TextLength = 200;

    /// <summary>Units of one SKU in one request.</summary>
    public const int MaxQuantity = 10_000_000;

    /// <summary>
    /// Units that a level can be counted to have: more than any number of requests can book, and few enough that
    /// thousands of levels can be summed.
    /// </summary>
    public const long MaxOnHand = 1_000_000_000_000_000;

    /// <summary>Units of one SKU that can arrive under one document, over all its deliveries.</summary>
    public const int MaxReceived = 1_000_000_000;

    /// <summary>Lines of one operator's request.</summary>
    public const int MaxLines = 2_000;

    /// <summary>In GBP.</summary>
    public const decimal MaxPrice = 1_000_000m;

    /// <summary>The location of a request that names none.</summary>
    public const string DefaultLocation = "main";
}
