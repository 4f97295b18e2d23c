using System.Buffers;
using System.Text;
using System.Text.Json;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>Quantities in units.</summary>
/// <param name="Available">
/// What an order can get now: on hand − unavailable − allocated − held, and 0 at a location where that is negative, or
/// that is not sold from.
/// </param>
/// <param name="Short">Units that are claimed but not there for sale, as a count has found.</param>
internal sealed record StockQuantities(
    long OnHand,
    long Unavailable,
    long Allocated,
    long Held,
    long Incoming,
    long Available,
    long Short
);

/// <summary>The quantities of one location. <paramref name="Version"/> counts its movements.</summary>
/// <param name="Sold">False: orders get none of its units, and they are not available.</param>
internal sealed record AtLocation(string Location, bool Sold, long Version, StockQuantities Quantities);

/// <summary>The age of a response.</summary>
/// <param name="Layer"><c>memory</c>, <c>store</c> or <c>database</c>.</param>
/// <param name="AgeMs">Milliseconds since it was read from the database, or confirmed by an event.</param>
internal sealed record Freshness(string Layer, long AgeMs);

/// <summary>The stock of one SKU, as returned to callers.</summary>
/// <param name="Version">Movements so far, over all locations: it only grows.</param>
internal sealed record StockResponse(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    long Version,
    StockQuantities Total,
    IReadOnlyList<AtLocation> Locations,
    Freshness? Freshness
)
{
    private static readonly byte[][] Layers =
    [
        .. Enum.GetNames<CacheLayer>()
            .Select(name =>
                Encoding.UTF8.GetBytes($"\"freshness\":{{\"layer\":\"{name.ToLowerInvariant()}\",\"ageMs\":")
            ),
    ];

    /// <summary>Writes the response: bytes that are made once per version, followed by the freshness.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Write(IBufferWriter<byte> output, StockReadResult reading, long ageMs)
    {
        var body = reading.Stock.Body(Bytes);
        var layer = Layers[(int)reading.Layer];
        var span = output.GetSpan(body.Length + layer.Length + 24);
        body.CopyTo(span);
        layer.CopyTo(span[body.Length..]);
        var length = body.Length + layer.Length;
        System.Buffers.Text.Utf8Formatter.TryFormat(ageMs, span[length..], out var digits);
        length += digits;
        span[length++] = (byte)'}';
        span[length++] = (byte)'}';
        output.Advance(length);
        return length;
    }

    // All but the freshness, which is last: "…,".
    private static byte[] Bytes(StockSnapshot stock)
    {
        var answer = new StockResponse(
            stock.Sku,
            stock.Name,
            stock.Price,
            stock.Stocked,
            stock.Version,
            Sum(stock.Levels),
            [.. stock.Levels.Select(l => new AtLocation(l.Location, l.Sold, l.Sequence, Sum([l])))],
            null
        );
        var text = JsonSerializer.SerializeToUtf8Bytes(answer, JsonSerializerOptions.Web);
        return text[..text.AsSpan().LastIndexOf("\"freshness\""u8)];
    }

    private static StockQuantities Sum(IReadOnlyCollection<LevelSnapshot> levels) =>
        new(
            levels.Sum(l => l.OnHand),
            levels.Sum(l => l.Unavailable),
            levels.Sum(l => l.Allocated),
            levels.Sum(l => l.Held),
            levels.Sum(l => l.Incoming),
            levels.Sum(l => l.Sold ? Math.Max(l.Balance, 0) : 0),
            levels.Sum(l => Math.Max(-l.Balance, 0))
        );
}
