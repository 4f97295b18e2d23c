using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Microsoft.Extensions.Caching.Memory;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// The first cache layer: a bounded number of snapshots in process memory, updated in place by events.
/// </summary>
internal sealed class LocalStockCache(StockCacheOptions settings) : IDisposable
{
    private readonly MemoryCache _cells = new(new MemoryCacheOptions { SizeLimit = settings.Entries });

    public void Dispose() => _cells.Dispose();

    /// <summary>The cached snapshot of a SKU, whatever its age; null if there is none.</summary>
    public StockSnapshot? Find(string sku) => _cells.TryGetValue(sku, out Cell? cell) ? cell!.Stock : null;

    /// <summary>
    /// Caches a snapshot that was read. Levels that events have updated during the read are kept; the snapshot from
    /// before the read (<paramref name="before"/>) is replaced, since the read contains all of it that was ever true.
    /// </summary>
    /// <returns>The snapshot now cached, which is to be returned.</returns>
    public StockSnapshot Put(StockSnapshot read, StockSnapshot? before)
    {
        if (!settings.Memory)
            return read;
        if (_cells.TryGetValue(read.Sku, out Cell? cell) && read.IsKnown)
            return cell!.Change(now => ReferenceEquals(now, before) || now.IsUnconfirmed ? read : read.NewestWith(now));
        _cells.Set(
            read.Sku,
            new Cell(read),
            new MemoryCacheEntryOptions
            {
                Size = 1,
                AbsoluteExpirationRelativeToNow = read.IsKnown ? null : settings.MaxAge,
                SlidingExpiration = settings.Kept,
                // Reads of unknown SKUs must not evict known ones.
                Priority = read.IsKnown ? CacheItemPriority.Normal : CacheItemPriority.Low,
            }
        );
        return read;
    }

    /// <summary>Updates cached SKUs from the levels of a broadcast.</summary>
    public void Update(StockLevels levels, long occurredAt)
    {
        for (var i = 0; i < levels.Sku.Count; i++)
        {
            if (!_cells.TryGetValue(levels.Sku[i], out Cell? cell))
                continue;
            var level = new LevelSnapshot(
                levels.Location[i],
                levels.Sequence[i],
                levels.OnHand[i],
                levels.Unavailable[i],
                levels.Allocated[i],
                levels.Held[i],
                levels.Incoming[i],
                // Events do not say it: With keeps what was read.
                Sold: false
            );
            // A SKU with movements exists now, even if it did not when it was read.
            if (!cell!.Stock.IsKnown)
                Remove(levels.Sku[i]);
            else
                cell.Change(now => now.With(level, occurredAt));
        }
    }

    /// <summary>Removes a SKU.</summary>
    public void Remove(string sku) => _cells.Remove(sku);

    private sealed class Cell(StockSnapshot stock)
    {
        private StockSnapshot _stock = stock;

        public StockSnapshot Stock => Volatile.Read(ref _stock);

        public StockSnapshot Change(Func<StockSnapshot, StockSnapshot> change)
        {
            while (true)
            {
                var now = Stock;
                var next = change(now);
                if (ReferenceEquals(Interlocked.CompareExchange(ref _stock, next, now), now))
                    return next;
            }
        }
    }
}
