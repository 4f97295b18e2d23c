using System.Text.Json.Serialization;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>The quantities of a stock level after its movement number <paramref name="Sequence"/>.</summary>
internal sealed record LevelSnapshot(
    string Location,
    long Sequence,
    long OnHand,
    long Unavailable,
    long Allocated,
    long Held,
    long Incoming
);

/// <summary>One SKU as the database had it at a moment.</summary>
/// <param name="Name">Empty where there is no such item.</param>
/// <param name="Levels">In order of location.</param>
/// <param name="ReadAt">When reading it from the database began, in Unix milliseconds.</param>
internal sealed record StockSnapshot(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    IReadOnlyList<LevelSnapshot> Levels,
    long ReadAt
)
{
    private byte[]? _body;

    public static StockSnapshot Unknown(string sku, long readAt) => new(sku, "", 0, false, [], readAt);

    [JsonIgnore]
    public bool IsKnown => Name.Length > 0;

    /// <summary>Movements so far, over all locations: it only grows.</summary>
    [JsonIgnore]
    public long Version => Levels.Sum(l => l.Sequence);

    /// <summary>True where the state store said so: anybody may have written it there, and only the database can confirm it.</summary>
    [JsonIgnore]
    public bool IsHearsay { get; init; }

    /// <summary>A later moment at which all of this is known to have been true, by an event; Unix milliseconds.</summary>
    [JsonIgnore]
    public long ConfirmedAt { get; init; }

    /// <summary>Milliseconds since this was surely true.</summary>
    public long AgeAt(long now) => Math.Max(0, now - Math.Max(ReadAt, ConfirmedAt));

    /// <summary>True when the database was asked no longer ago than that. A date in the future is nobody's.</summary>
    public bool IsFresh(long now, TimeSpan maxAge) => now >= ReadAt && now - ReadAt <= maxAge.TotalMilliseconds;

    /// <summary>With a level as an event tells it; the same snapshot where that is no news.</summary>
    public StockSnapshot With(LevelSnapshot level, long occurredAt)
    {
        if (Levels.FirstOrDefault(l => l.Location == level.Location) is { } held && held.Sequence >= level.Sequence)
            return this;
        var levels = Levels
            .Where(l => l.Location != level.Location)
            .Append(level)
            .OrderBy(l => l.Location, StringComparer.Ordinal)
            .ToList();
        // What one location tells says nothing of the others.
        return this with
        {
            Levels = levels,
            ConfirmedAt = levels.Count == 1 ? Math.Max(ConfirmedAt, occurredAt) : ConfirmedAt,
            _body = null,
        };
    }

    /// <summary>With whatever <paramref name="other"/> has newer.</summary>
    public StockSnapshot NewestWith(StockSnapshot other) =>
        other.Levels.Aggregate(this, (newest, level) => newest.With(level, other.ConfirmedAt));

    /// <summary>The answer's bytes, made once.</summary>
    public byte[] Body(Func<StockSnapshot, byte[]> make) => _body ??= make(this);
}
