using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>Configuration below <c>Cache</c>. The defaults are right for a shop; tests and operators switch layers off.</summary>
internal sealed record StockCacheOptions
{
    /// <summary>Process memory answers.</summary>
    public bool Memory { get; init; } = true;

    /// <summary>The state store answers.</summary>
    public bool Store { get; init; } = true;

    /// <summary>
    /// How long after its read from the database an entry may answer, in whichever layer, as long as the database can be asked. This is the
    /// bound on staleness when no event arrives: names and prices, for which there are none, and a broadcast that was lost.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an entry is kept for the case that the database cannot be asked.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>SKUs in process memory, at most, known and unknown ones together.</summary>
    public int Entries { get; init; } = 20_000;
}
