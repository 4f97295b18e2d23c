namespace DaprShop.Inventory.Model;

/// <summary>The quantities of a stock level, or a change of them, in units.</summary>
/// <param name="OnHand">Units at the location; changed only by physical movements.</param>
/// <param name="Allocated">Units claimed by placed orders.</param>
/// <param name="Held">Units claimed for a limited time, by holds and by waitlist offers.</param>
/// <param name="Unavailable">Units on hand but not for sale: damaged, in quality control, safety stock.</param>
/// <param name="Incoming">Units ordered or in transit; never sold before they are received.</param>
internal readonly record struct Quantities(
    long OnHand = 0,
    long Allocated = 0,
    long Held = 0,
    long Unavailable = 0,
    long Incoming = 0
)
{
    /// <summary>
    /// The balance of the level: negative where more units are claimed than there are for sale. What an order can get
    /// is <see cref="Level.Available"/>.
    /// </summary>
    public long Balance => OnHand - Unavailable - Allocated - Held;

    public static Quantities operator +(Quantities a, Quantities b) =>
        new(
            a.OnHand + b.OnHand,
            a.Allocated + b.Allocated,
            a.Held + b.Held,
            a.Unavailable + b.Unavailable,
            a.Incoming + b.Incoming
        );
}
