using System.ComponentModel.DataAnnotations;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// The configuration section <c>Cache</c>. The defaults suit a shop; tests and operators switch layers off.
/// </summary>
internal sealed record StockCacheOptions
{
    public const string Section = "Cache";

    /// <summary>Whether stock is returned from process memory.</summary>
    public bool Memory { get; init; } = true;

    /// <summary>Whether stock is returned from the state store.</summary>
    public bool Store { get; init; } = true;

    /// <summary>
    /// How long after its read from the database an entry of any layer may be returned while the database is reachable.
    /// It bounds staleness where no event arrives: names and prices have none, and a broadcast may be lost.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an entry is kept for the case that the database is unreachable.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Kept { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>SKUs in process memory, at most, known and unknown ones together.</summary>
    [Range(1, 10_000_000)]
    public int Entries { get; init; } = 20_000;
}
