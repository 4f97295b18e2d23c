using DaprShop.Inventory.Model;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Answers the demands that memory does not meet, a group at a time: whoever asks while a group is loaded waits for the next one, which finds in memory
/// what this one loads. So however many ask for a SKU at once, the database is asked once, and for many SKUs with one statement.
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
    /// <summary>Demands per group, at most.</summary>
    public const int GroupLimit = 1_000;

    /// <summary>True when an entry may answer without asking further.</summary>
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
            // Nobody waits for the store.
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

    /// <summary>What is asked of a SKU, and what the layers have of it.</summary>
    private sealed record Asked(StockSnapshot? Held, IReadOnlyList<StockQuery> Demands, StockSnapshot? Stored = null)
    {
        /// <summary>False where an answer by <paramref name="stock"/> would be older than one that was given.</summary>
        public bool IsNoStepBack(StockSnapshot stock) => Held is null || stock.Version >= Held.Version;

        /// <summary>True when a copy that may lag has all that somebody demands or has been told.</summary>
        public bool IsCoveredBy(StockSnapshot stock) =>
            IsNoStepBack(stock) && stock.Version >= (Stored?.Version ?? 0) && Demands.All(d => d.IsMetBy(stock));

        /// <summary>The best that is cached, however old: its age says so.</summary>
        public StockReadResult WithoutDatabase(Exception why) =>
            Held is { IsKnown: true } && Demands.All(d => d.IsMetBy(Held))
                ? new StockReadResult(Held, CacheLayer.Memory)
            : Stored is not null && IsNoStepBack(Stored) && Demands.All(d => d.IsMetBy(Stored))
                ? new StockReadResult(Stored, CacheLayer.Store)
            : new StockReadResult(StockSnapshot.Unknown(Demands[0].Sku, 0), CacheLayer.Database, why);
    }
}
