using System.Collections.Concurrent;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>
/// A cache of Inventory's items. All items that were ever asked for are refreshed together, so a stream of orders costs
/// one invocation per <see cref="MaxAge"/> and <see cref="ChunkSize"/> items. A changed price applies to new orders
/// within <see cref="MaxAge"/>.
/// </summary>
internal sealed class Catalogue(ServiceInvoker services, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>Items per lookup, at most: sidecars pass on 4 MiB, and an item takes up to 2,000 bytes.</summary>
    public const int ChunkSize = 1_000;

    private readonly ConcurrentDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _lookUp = new(1);
    private long _refreshedAt = long.MinValue;

    /// <summary>The items of the SKUs that exist, by SKU.</summary>
    public async Task<IReadOnlyDictionary<string, Item>> FindAsync(
        IEnumerable<string> skus,
        CancellationToken cancellationToken
    )
    {
        // No item has a longer SKU, and many long SKUs would make a request that Inventory rejects.
        var wanted = skus.Where(sku => Names.IsValid(sku, Names.MaxItemLength))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (!IsFresh || wanted.Exists(sku => !_items.ContainsKey(sku)))
        {
            await _lookUp.WaitAsync(cancellationToken);
            try
            {
                var missing = wanted.Where(sku => !_items.ContainsKey(sku)).ToList();
                if (!IsFresh)
                    await LookUpAsync([.. _items.Keys.Union(missing)], cancellationToken);
                else if (missing.Count > 0)
                    await LookUpAsync(missing, cancellationToken);
            }
            finally
            {
                _lookUp.Release();
            }
        }

        return wanted.Where(_items.ContainsKey).ToDictionary(sku => sku, sku => _items[sku], StringComparer.Ordinal);
    }

    public void Dispose() => _lookUp.Dispose();

    private bool IsFresh =>
        Volatile.Read(ref _refreshedAt) is var at && at != long.MinValue && time.GetElapsedTime(at) < MaxAge;

    private async Task LookUpAsync(List<string> skus, CancellationToken cancellationToken)
    {
        var all = !IsFresh;
        var startedAt = time.GetTimestamp();
        foreach (var chunk in skus.Chunk(ChunkSize))
        {
            var items = await services.PostAsync<ItemLookup, List<Item>>(
                Apps.Inventory,
                "items/lookup",
                new ItemLookup(chunk),
                cancellationToken
            );
            foreach (var item in items)
                _items[item.Sku] = item;
        }

        if (all)
            Volatile.Write(ref _refreshedAt, startedAt);
    }
}
