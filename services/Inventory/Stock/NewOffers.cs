using System.Threading.Channels;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// SKUs with new waitlist offers, whose actors must set a reminder. When 10,000 are queued, further ones are dropped;
/// the sweeper of expired holds ends their offers.
/// </summary>
internal sealed class NewOffers
{
    private const int Capacity = 10_000;
    private readonly Channel<string> _skus = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Raised when a SKU is queued.</summary>
    public WorkSignal Signal { get; } = new();

    /// <summary>Queues a SKU with a new offer.</summary>
    public void Add(string sku)
    {
        _skus.Writer.TryWrite(sku);
        Signal.Raise();
    }

    /// <summary>Returns all SKUs that are queued, and empties the queue.</summary>
    public IEnumerable<string> ReadQueued()
    {
        while (_skus.Reader.TryRead(out var sku))
            yield return sku;
    }
}
