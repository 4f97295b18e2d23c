using DaprShop.Contracts;

namespace DaprShop.Inventory.Model;

/// <summary>What is allowed.</summary>
internal static class StockLimits
{
    public const int SkuLength = ItemNames.MaxLength;
    public const int NameLength = 200;
    public const int TextLength = 200;
    public const int MaxQuantity = 10_000_000;
    public const int ReturnLines = 2_000;
    public const decimal MaxPrice = 1_000_000m;
    public const string DefaultLocation = "main";
}
