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

    /// <summary>Queues a SKU with a new offer.</summary>
    public void Add(string sku) => _skus.Writer.TryWrite(sku);

    /// <summary>Waits for the first SKU and returns all that are queued.</summary>
    public async Task<HashSet<string>> ReadAllAsync(CancellationToken cancellationToken)
    {
        HashSet<string> skus = [await _skus.Reader.ReadAsync(cancellationToken)];
        while (_skus.Reader.TryRead(out var sku))
            skus.Add(sku);
        return skus;
    }
}
