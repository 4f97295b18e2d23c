namespace DaprShop.Shop.Import;

/// <summary>
/// Codes of the retail file that are services: postage, fees, discounts, vouchers. They are sold but never stocked.
/// </summary>
internal static class ServiceCodes
{
    private const string VoucherPrefix = "gift_";

    private static readonly HashSet<string> Codes = new(StringComparer.Ordinal)
    {
        "POST",
        "DOT",
        "C2",
        "M",
        "m",
        "D",
        "S",
        "B",
        "BANK CHARGES",
        "AMAZONFEE",
        "CRUK",
        "PADS",
    };

    public static bool Contains(string sku) =>
        Codes.Contains(sku) || sku.StartsWith(VoucherPrefix, StringComparison.Ordinal);
}
