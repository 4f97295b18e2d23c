using System.Diagnostics.Metrics;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>Which layer answers, how old its answers are, and what is left for the database to do.</summary>
internal sealed class CacheMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Meter = "DaprShop.Inventory";

    private static readonly KeyValuePair<string, object?>[] Layers =
    [
        .. Enum.GetNames<CacheLayer>()
            .Select(name => new KeyValuePair<string, object?>("layer", name.ToLowerInvariant())),
    ];
    private readonly Histogram<long> _age;
    private readonly Counter<long> _reads;

    public CacheMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _age = meter.CreateHistogram<long>(
            "shop.stock.age",
            "ms",
            "Age of an answer, by the layer that it came from; their number is the layer's hits."
        );
        _reads = meter.CreateCounter<long>(
            "shop.stock.database_reads",
            null,
            "Statements that read stock for the cache."
        );
    }

    public void Answered(CacheLayer layer, long ageMs) => _age.Record(ageMs, Layers[(int)layer]);

    public void DatabaseRead() => _reads.Add(1);
}
