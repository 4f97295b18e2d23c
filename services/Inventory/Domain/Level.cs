namespace DaprShop.Inventory.Domain;

/// <summary>The quantities of one SKU at one location, in units.</summary>
/// <param name="OnHand">Physically there; changed only by physical movements.</param>
/// <param name="Allocated">Claimed by placed orders.</param>
/// <param name="Held">Claimed for a time, by orders in progress.</param>
/// <param name="Unavailable">On hand, but not for sale.</param>
/// <param name="Sequence">Number of the level's last movement.</param>
/// <param name="Hash">Hash of the level's last movement; empty before the first.</param>
internal sealed record Level(
    string Sku, string Location, long OnHand, long Allocated, long Held, long Unavailable, long Sequence, byte[] Hash)
{
    /// <summary>What may be promised.</summary>
    public long Available => OnHand - Unavailable - Allocated - Held;

    public static Level Empty(string sku, string location) => new(sku, location, 0, 0, 0, 0, 0, []);
}
