using System.Globalization;

namespace DaprShop.Shop.Bench;

/// <summary>What a shop has, and what of it benchmarks have left.</summary>
/// <param name="Items">Other items than the benchmarks'.</param>
/// <param name="Orders">Other orders than the benchmarks'.</param>
internal sealed record ShopContents(long Items, long Orders, long BenchItems, long BenchOrders)
{
    /// <summary>True where only benchmarks have used the shop.</summary>
    public bool IsUnused => (Items, Orders) == (0, 0);
}

/// <summary>
/// Benchmarks on the running shop place orders that stay: nothing removes an order, as its movements and events stay in
/// the ledgers. So they are refused in a shop that is in use, and say at the end what they have left.
/// </summary>
internal static class BenchTraces
{
    /// <exception cref="ShopException">The shop is in use, and the caller has not accepted what stays.</exception>
    public static void Check(ShopContents shop, bool isAccepted)
    {
        if (!shop.IsUnused && !isAccepted)
            throw new ShopException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This shop is in use: it has {Of(shop.Items, "item")} and {Of(shop.Orders, "order")}. The benchmark "
                )
                    + "adds 200 items and up to 30,000 orders, which nothing removes again but deleting the shop's data. "
                    + "Stop this shop and measure in another clone of the repository, or add `--here`."
            );
    }

    /// <summary>What stays, in a sentence.</summary>
    public static string Describe(ShopContents shop) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"This shop now has {Of(shop.BenchItems, "item")} (BENCH-…) and {Of(shop.BenchOrders, "order")} of benchmarks. "
        ) + "They stay until `./shop down --wipe` deletes all of the shop's data.";

    private static string Of(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
