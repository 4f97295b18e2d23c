using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Microsoft.Extensions.Caching.Memory;

namespace DaprShop.Inventory.Reading;

/// <summary>The first layer: snapshots in process memory, few enough to fit, brought up to date in place by events.</summary>
internal sealed class LocalStockCache(StockCacheOptions settings) : IDisposable
{
    private readonly MemoryCache _cells = new(new MemoryCacheOptions { SizeLimit = settings.Entries });

    public void Dispose() => _cells.Dispose();

    /// <summary>What is held of a SKU, however old; null if nothing is.</summary>
    public StockSnapshot? Find(string sku) => _cells.TryGetValue(sku, out Cell? cell) ? cell!.Stock : null;

    /// <summary>
    /// Puts in what was read. Nothing that was read replaces what an event brought meanwhile; but what was there before the read (<paramref name="before"/>) must
    /// be in it, unless it was never true, and so is not asked.
    /// </summary>
    /// <returns>What is held now, and is to be answered.</returns>
    public StockSnapshot Put(StockSnapshot read, StockSnapshot? before)
    {
        if (!settings.Memory)
            return read;
        if (_cells.TryGetValue(read.Sku, out Cell? cell) && read.IsKnown)
            return cell!.Change(now => ReferenceEquals(now, before) || now.IsHearsay ? read : read.NewestWith(now));
        _cells.Set(
            read.Sku,
            new Cell(read),
            new MemoryCacheEntryOptions
            {
                Size = 1,
                AbsoluteExpirationRelativeToNow = read.IsKnown ? null : settings.MaxAge,
                SlidingExpiration = settings.Kept,
                // Asking for what does not exist must not drive out what does.
                Priority = read.IsKnown ? CacheItemPriority.Normal : CacheItemPriority.Low,
            }
        );
        return read;
    }

    /// <summary>Takes in the levels of a broadcast, as far as their SKUs are held.</summary>
    public void Take(StockLevels told, long occurredAt)
    {
        for (var i = 0; i < told.Sku.Count; i++)
        {
            if (!_cells.TryGetValue(told.Sku[i], out Cell? cell))
                continue;
            var level = new LevelSnapshot(
                told.Location[i],
                told.Sequence[i],
                told.OnHand[i],
                told.Unavailable[i],
                told.Allocated[i],
                told.Held[i],
                told.Incoming[i]
            );
            // An item that moves exists, whatever was read before it did.
            if (!cell!.Stock.IsKnown)
                Forget(told.Sku[i]);
            else
                cell.Change(now => now.With(level, occurredAt));
        }
    }

    /// <summary>Holds nothing of a SKU any more.</summary>
    public void Forget(string sku) => _cells.Remove(sku);

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
