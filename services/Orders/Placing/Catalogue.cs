using System.Collections.Concurrent;
using DaprShop.Contracts;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Placing;

/// <summary>
/// What Orders knows of Inventory's items, for some seconds. All that was ever asked for is refreshed at once, so a stream of
/// orders costs one invocation per <see cref="MaxAge"/> and <see cref="AtOnce"/> items, and a changed price reaches new orders within that time.
/// </summary>
internal sealed class Catalogue(Downstream downstream, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>Items asked for at a time: sidecars pass on 4 MiB, and an item takes two thousand bytes at most.</summary>
    public const int AtOnce = 1_000;

    private readonly ConcurrentDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private long _refreshed = long.MinValue;

    /// <summary>The items of those SKUs that exist.</summary>
    public async Task<IReadOnlyDictionary<string, Item>> FindAsync(
        IEnumerable<string> skus,
        CancellationToken cancellationToken
    )
    {
        // There is no item of a longer name, and enough of them would make a question that Inventory does not read.
        var wanted = skus.Where(sku => sku.Length <= ItemNames.MaxLength).Distinct(StringComparer.Ordinal).ToList();
        if (!IsFresh || wanted.Any(sku => !_items.ContainsKey(sku)))
        {
            await _oneAtATime.WaitAsync(cancellationToken);
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
                _oneAtATime.Release();
            }
        }

        return wanted.Where(_items.ContainsKey).ToDictionary(sku => sku, sku => _items[sku], StringComparer.Ordinal);
    }

    public void Dispose() => _oneAtATime.Dispose();

    private bool IsFresh =>
        Volatile.Read(ref _refreshed) is var at && at != long.MinValue && time.GetElapsedTime(at) < MaxAge;

    private async Task LookUpAsync(List<string> skus, CancellationToken cancellationToken)
    {
        var all = !IsFresh;
        var asked = time.GetTimestamp();
        foreach (var some in skus.Chunk(AtOnce))
        {
            foreach (
                var item in await downstream.AskAsync<ItemLookup, List<Item>>(
                    Apps.Inventory,
                    "items/lookup",
                    new ItemLookup(some),
                    cancellationToken
                )
            )
                _items[item.Sku] = item;
        }

        if (all)
            Volatile.Write(ref _refreshed, asked);
    }
}
