using DaprShop.Inventory.Model;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Serves the queries that memory cannot, one group at a time: queries that arrive while a group is loaded wait for the
/// next, which finds in memory what this one loads. However many concurrent queries there are for a SKU, the database
/// reads it once, and many SKUs with one statement.
/// </summary>
internal sealed class StockCacheLoader(
    LocalStockCache memory,
    DistributedStockCache store,
    StockQueries tables,
    StockCacheOptions settings,
    TimeProvider time,
    ILogger<StockCacheLoader> logger
)
{
    /// <summary>Queries per group, at most.</summary>
    public const int GroupLimit = 1_000;

    /// <summary>True when an entry may be returned without a further read.</summary>
    public bool Answers(StockSnapshot held, StockQuery demand) =>
        held.IsFresh(time.GetUtcNow().ToUnixTimeMilliseconds(), demand.IsAhead ? settings.MaxAge / 2 : settings.MaxAge)
        && demand.IsMetBy(held);

    public async Task<IReadOnlyList<StockReadResult>> LoadAsync(
        IReadOnlyList<StockQuery> demands,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, StockReadResult>(StringComparer.Ordinal);
        var open = new Dictionary<string, Asked>(StringComparer.Ordinal);
        foreach (var of in demands.GroupBy(d => d.Sku, StringComparer.Ordinal))
        {
            var held = memory.Find(of.Key);
            if (held is not null && of.All(d => Answers(held, d)))
                found[of.Key] = new StockReadResult(held, CacheLayer.Memory);
            else
                open[of.Key] = new Asked(held, [.. of]);
        }

        var stored = await store.GetAsync([.. open.Keys], cancellationToken);
        foreach (var (sku, asked) in open.ToList())
        {
            if (stored?.GetValueOrDefault(sku)?.Stock is not { } known)
                continue;
            if (asked.IsNoStepBack(known) && asked.Demands.All(d => Answers(known, d)))
            {
                found[sku] = new StockReadResult(memory.Put(known, asked.Held), CacheLayer.Store);
                open.Remove(sku);
            }
            else
            {
                open[sku] = asked with { Stored = known };
            }
        }

        if (open.Count > 0)
            await AskDatabaseAsync(open, stored, found, cancellationToken);
        return [.. demands.Select(d => found[d.Sku])];
    }

    private async Task AskDatabaseAsync(
        Dictionary<string, Asked> open,
        IReadOnlyDictionary<string, StoredSnapshot>? stored,
        Dictionary<string, StockReadResult> found,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var read = await tables.ReadAsync([.. open.Keys], s => open[s.Sku].IsCoveredBy(s), cancellationToken);
            foreach (var stock in read)
                found[stock.Sku] = new StockReadResult(memory.Put(stock, open[stock.Sku].Held), CacheLayer.Database);
            // No request waits for the store.
            if (stored is not null)
                _ = store.SaveAsync([.. read.Where(s => s.IsKnown)], stored);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) && !cancellationToken.IsCancellationRequested)
        {
            logger.LogReturningCachedStock(e.Message);
            foreach (var (sku, asked) in open)
                found[sku] = asked.WithoutDatabase(e);
        }
    }

    /// <summary>The queries for a SKU, and the snapshots of the cache layers.</summary>
    private sealed record Asked(StockSnapshot? Held, IReadOnlyList<StockQuery> Demands, StockSnapshot? Stored = null)
    {
        /// <summary>False where <paramref name="stock"/> is older than a snapshot that was returned before.</summary>
        public bool IsNoStepBack(StockSnapshot stock) => Held is null || stock.Version >= Held.Version;

        /// <summary>
        /// True when the replica's stock has every requested version and every version returned before.
        /// </summary>
        public bool IsCoveredBy(StockSnapshot stock) =>
            IsNoStepBack(stock) && stock.Version >= (Stored?.Version ?? 0) && Demands.All(d => d.IsMetBy(stock));

        /// <summary>The newest cached snapshot, whatever its age, which the response states.</summary>
        public StockReadResult WithoutDatabase(Exception why) =>
            Held is { IsKnown: true } && Demands.All(d => d.IsMetBy(Held))
                ? new StockReadResult(Held, CacheLayer.Memory)
            : Stored is not null && IsNoStepBack(Stored) && Demands.All(d => d.IsMetBy(Stored))
                ? new StockReadResult(Stored, CacheLayer.Store)
            : new StockReadResult(StockSnapshot.Unknown(Demands[0].Sku, 0), CacheLayer.Database, why);
    }
}
