using System.Text.Json.Serialization;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>The quantities of a stock level after its movement number <paramref name="Sequence"/>.</summary>
/// <param name="Sold">Whether orders get units of the location, when it was read.</param>
internal sealed record LevelSnapshot(
    string Location,
    long Sequence,
    long OnHand,
    long Unavailable,
    long Allocated,
    long Held,
    long Incoming,
    bool Sold = true
)
{
    /// <summary>Negative where units are short.</summary>
    [JsonIgnore]
    public long Balance => OnHand - Unavailable - Allocated - Held;
}

/// <summary>One SKU as of a read from the database.</summary>
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

    /// <summary>
    /// True for a snapshot from the state store: other processes can write there, and only the database confirms it.
    /// </summary>
    [JsonIgnore]
    public bool IsUnconfirmed { get; init; }

    /// <summary>
    /// True where an event was about a location that was not read: only a read says whether it is sold from.
    /// </summary>
    [JsonIgnore]
    public bool IsIncomplete { get; init; }

    /// <summary>
    /// A later moment at which all of this is known to have been true, by an event; Unix milliseconds.
    /// </summary>
    [JsonIgnore]
    public long ConfirmedAt { get; init; }

    /// <summary>Milliseconds since it was last known to be true.</summary>
    public long AgeAt(long now) => Math.Max(0, now - Math.Max(ReadAt, ConfirmedAt));

    /// <summary>
    /// True when it was read from the database within <paramref name="maxAge"/>. A time in the future is not valid.
    /// </summary>
    public bool IsFresh(long now, TimeSpan maxAge) =>
        !IsIncomplete && now >= ReadAt && now - ReadAt <= maxAge.TotalMilliseconds;

    /// <summary>With a level from an event; the same snapshot where that is not newer.</summary>
    public StockSnapshot With(LevelSnapshot level, long occurredAt)
    {
        var held = Levels.FirstOrDefault(l => l.Location == level.Location);
        if (held?.Sequence >= level.Sequence)
            return this;
        // Only a read says whether a location is sold from, and this one is the newest.
        if (held is not null)
            level = level with { Sold = held.Sold };
        var levels = Levels
            .Where(l => l.Location != level.Location)
            .Append(level)
            .OrderBy(l => l.Location, StringComparer.Ordinal)
            .ToList();
        // An event about one location does not confirm the others.
        return this with
        {
            Levels = levels,
            IsIncomplete = IsIncomplete || held is null,
            ConfirmedAt = levels.Count == 1 ? Math.Max(ConfirmedAt, occurredAt) : ConfirmedAt,
            _body = null,
        };
    }

    /// <summary>With the newer levels of <paramref name="other"/>.</summary>
    public StockSnapshot NewestWith(StockSnapshot other) =>
        other.Levels.Aggregate(this, (newest, level) => newest.With(level, other.ConfirmedAt));

    /// <summary>The answer's bytes, made once.</summary>
    public byte[] Body(Func<StockSnapshot, byte[]> make) => _body ??= make(this);
}
