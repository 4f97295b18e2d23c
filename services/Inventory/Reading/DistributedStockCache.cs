using System.Text.Json;
using Dapr;
using DaprShop.Inventory.Model;
using Grpc.Core;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// An entry of the state store. Without a valid value the snapshot is null; the ETag may still be set.
/// </summary>
internal sealed record StoredSnapshot(StockSnapshot? Stock, string? ETag);

/// <summary>
/// The second cache layer: snapshots shared by the replicas, in the state store. If it is slow, unreachable, empty or
/// wrong, a read is delayed by 250 ms at most.
/// </summary>
internal sealed class DistributedStockCache(
    IStateStore store,
    StockCacheOptions settings,
    TimeProvider time,
    ILogger<DistributedStockCache> logger
)
{
    private const long Largest = 1L << 50;
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly IReadOnlyDictionary<string, StoredSnapshot> Nothing =
        new Dictionary<string, StoredSnapshot>();
    private long _pausedSince;
    private bool _paused;

    /// <summary>The stored snapshots of these SKUs; null where the store does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, StoredSnapshot>?> GetAsync(
        IReadOnlyList<string> skus,
        CancellationToken cancellationToken
    )
    {
        if (skus.Count == 0)
            return Nothing;
        IReadOnlyList<StateEntry> found = [];
        var keys = skus.ToDictionary(Key, sku => sku);
        return await TryAsync(async cancel => found = await store.GetAsync([.. keys.Keys], cancel), cancellationToken)
            ? found.ToDictionary(c => keys[c.Key], c => new StoredSnapshot(Read(c.Value, keys[c.Key]), c.ETag))
            : null;
    }

    /// <summary>
    /// Writes snapshots read from the database after <paramref name="stored"/> was read, by ETag. A concurrent write
    /// wins. The replaced snapshot is older than the database read, so a version in it that the database does not have
    /// was never true.
    /// </summary>
    public Task SaveAsync(
        IReadOnlyCollection<StockSnapshot> read,
        IReadOnlyDictionary<string, StoredSnapshot> stored
    ) =>
        TryAsync(
            cancel =>
                store.SaveAsync(
                    [
                        .. read.Select(s => new StateEntry(
                            Key(s.Sku),
                            JsonSerializer.Serialize(s, JsonSerializerOptions.Web),
                            stored[s.Sku].ETag
                        )),
                    ],
                    settings.Kept,
                    cancel
                ),
            CancellationToken.None
        );

    // Keys of state stores must not contain "||"; SKUs may.
    private static string Key(string sku) => "stock/" + Uri.EscapeDataString(sku);

    private static StockSnapshot? Read(string? text, string sku)
    {
        if (text is null)
            return null;
        try
        {
            var stock = JsonSerializer.Deserialize<StockSnapshot>(text, JsonSerializerOptions.Web);
            return stock is { Name.Length: > 0, Levels: not null } && stock.Sku == sku && stock.Levels.All(IsPossible)
                ? stock with
                {
                    IsUnconfirmed = true,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Sums of these stay in range.
    private static bool IsPossible(LevelSnapshot? level) =>
        level is { Location: not null }
        && new[] { level.Sequence, level.OnHand, level.Unavailable, level.Allocated, level.Held, level.Incoming }.All(
            number => number is >= 0 and <= Largest
        );

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (
            !settings.Store
            || (Volatile.Read(ref _paused) && time.GetElapsedTime(Volatile.Read(ref _pausedSince)) < Pause)
        )
            return false;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await work(timeout.Token);
            Volatile.Write(ref _paused, false);
            return true;
        }
        catch (Exception e)
            when (e is DaprException or RpcException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            Volatile.Write(ref _pausedSince, time.GetTimestamp());
            if (!Interlocked.Exchange(ref _paused, true))
                logger.LogDistributedCachePaused(Pause.TotalSeconds, e.Message);
            return false;
        }
    }
}
