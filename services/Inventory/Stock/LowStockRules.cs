using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// When stock is low. <c>stock.low</c> is published whenever it becomes low, by a movement or by a new threshold.
/// </summary>
internal static class LowStockRules
{
    /// <param name="wasStocked">False for an item that never had a unit: it is new, not low.</param>
    public static bool IsLow(long available, bool wasStocked, int? threshold) => wasStocked && available <= threshold;

    /// <summary>True where the item has, or had, units.</summary>
    public static bool WasStocked(IReadOnlyList<Level> levels) => levels.Any(l => l.Sequence > 0);
}
