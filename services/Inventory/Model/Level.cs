namespace DaprShop.Inventory.Model;

/// <summary>The stock of one SKU at one location.</summary>
/// <param name="Short">
/// Units that are claimed but not on hand, as a count or an adjustment has found: the one exception to "claims never
/// exceed stock".
/// </param>
/// <param name="Sequence">Number of the level's last movement.</param>
/// <param name="Hash">Hash of the level's last movement; empty before the first.</param>
/// <param name="Priority">Of the location: stock of the location with the lowest value sells first.</param>
/// <param name="Sold">Whether orders get units of the location.</param>
internal sealed record Level(
    string Sku,
    string Location,
    Quantities Quantities,
    long Short,
    long Sequence,
    byte[] Hash,
    int Priority = Level.DefaultPriority,
    bool Sold = true
)
{
    /// <summary>The priority of a location that has none configured.</summary>
    public const int DefaultPriority = 100;

    /// <summary>Units that nothing has claimed; 0 where units are short.</summary>
    public long Free => Math.Max(Quantities.Balance, 0);

    /// <summary>Units that an order can get now; none where the location is not sold from.</summary>
    public long Available => Sold ? Free : 0;

    /// <summary>Units that are claimed but not there for sale.</summary>
    public long Missing => Math.Max(-Quantities.Balance, 0);

    /// <summary>A level without movements.</summary>
    public static Level Empty(string sku, string location) => new(sku, location, default, 0, 0, []);
}
