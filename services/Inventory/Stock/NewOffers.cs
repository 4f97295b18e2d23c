using System.Threading.Channels;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>SKUs of which something was just offered to a waitlist. What finds no room is left to the sweeper.</summary>
internal sealed class NewOffers
{
    private const int Room = 10_000;
    private readonly Channel<string> _skus = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Room) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    public void Tell(string sku) => _skus.Writer.TryWrite(sku);

    /// <summary>Waits for the first, and takes all there are.</summary>
    public async Task<HashSet<string>> TakeAsync(CancellationToken cancellationToken)
    {
        HashSet<string> taken = [await _skus.Reader.ReadAsync(cancellationToken)];
        while (_skus.Reader.TryRead(out var sku))
            taken.Add(sku);
        return taken;
    }
}
