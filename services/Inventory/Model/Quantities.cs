namespace DaprShop.Inventory.Model;

/// <summary>The quantities of a stock level, or what changes them, in units.</summary>
/// <param name="OnHand">Physically there; changed only by physical movements.</param>
/// <param name="Allocated">Claimed by placed orders.</param>
/// <param name="Held">Claimed for a time, by orders in progress and by offers.</param>
/// <param name="Unavailable">On hand, but not for sale: damaged, in quality control, safety stock.</param>
/// <param name="Incoming">Ordered or in transit; never sold before it is received.</param>
internal readonly record struct Quantities(
    long OnHand = 0,
    long Allocated = 0,
    long Held = 0,
    long Unavailable = 0,
    long Incoming = 0
)
{
    /// <summary>What may be promised.</summary>
    public long Available => OnHand - Unavailable - Allocated - Held;

    public static Quantities operator +(Quantities a, Quantities b) =>
        new(
            a.OnHand + b.OnHand,
            a.Allocated + b.Allocated,
            a.Held + b.Held,
            a.Unavailable + b.Unavailable,
            a.Incoming + b.Incoming
        );
}
