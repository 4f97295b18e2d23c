using DaprShop.Inventory.Data;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Cache;

/// <summary>
/// Answers the demands that memory does not meet, a group at a time: whoever asks while a group is loaded waits for the next one, which finds in memory
/// what this one loads. So however many ask for a SKU at once, the database is asked once, and for many SKUs with one statement.
/// </summary>
internal sealed class StockLoader(
    StockMemory memory,
    StockStore store,
    StockTables tables,
    CacheSettings settings,
    TimeProvider time,
    ILogger<StockLoader> logger
)
{
    /// <summary>Demands per group, at most.</summary>
    public const int GroupLimit = 1_000;

    /// <summary>True when an entry may answer without asking further.</summary>
    public bool Answers(StockSnapshot held, StockDemand demand) =>
        held.IsFresh(time.GetUtcNow().ToUnixTimeMilliseconds(), demand.IsAhead ? settings.MaxAge / 2 : settings.MaxAge)
        && demand.IsMetBy(held);

    public async Task<IReadOnlyList<FoundStock>> LoadAsync(
        IReadOnlyList<StockDemand> demands,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, FoundStock>(StringComparer.Ordinal);
        var open = new Dictionary<string, Asked>(StringComparer.Ordinal);
        foreach (var of in demands.GroupBy(d => d.Sku, StringComparer.Ordinal))
        {
            var held = memory.Find(of.Key);
            if (held is not null && of.All(d => Answers(held, d)))
                found[of.Key] = new FoundStock(held, CacheLayer.Memory);
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
                found[sku] = new FoundStock(memory.Put(known, asked.Held), CacheLayer.Store);
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
        IReadOnlyDictionary<string, StoredStock>? stored,
        Dictionary<string, FoundStock> found,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var read = await tables.ReadAsync([.. open.Keys], s => open[s.Sku].IsCoveredBy(s), cancellationToken);
            foreach (var stock in read)
                found[stock.Sku] = new FoundStock(memory.Put(stock, open[stock.Sku].Held), CacheLayer.Database);
            // Nobody waits for the store.
            if (stored is not null)
                _ = store.SaveAsync([.. read.Where(s => s.IsKnown)], stored);
        }
        catch (Exception e) when (Transient.Is(e) && !cancellationToken.IsCancellationRequested)
        {
            logger.LogAnsweringFromCache(e.Message);
            foreach (var (sku, asked) in open)
                found[sku] = asked.WithoutDatabase(e);
        }
    }

    /// <summary>What is asked of a SKU, and what the layers have of it.</summary>
    private sealed record Asked(StockSnapshot? Held, IReadOnlyList<StockDemand> Demands, StockSnapshot? Stored = null)
    {
        /// <summary>False where an answer by <paramref name="stock"/> would be older than one that was given.</summary>
        public bool IsNoStepBack(StockSnapshot stock) => Held is null || stock.Version >= Held.Version;

        /// <summary>True when a copy that may lag has all that somebody demands or has been told.</summary>
        public bool IsCoveredBy(StockSnapshot stock) =>
            IsNoStepBack(stock) && stock.Version >= (Stored?.Version ?? 0) && Demands.All(d => d.IsMetBy(stock));

        /// <summary>The best that is cached, however old: its age says so.</summary>
        public FoundStock WithoutDatabase(Exception why) =>
            Held is { IsKnown: true } && Demands.All(d => d.IsMetBy(Held)) ? new FoundStock(Held, CacheLayer.Memory)
            : Stored is not null && IsNoStepBack(Stored) && Demands.All(d => d.IsMetBy(Stored))
                ? new FoundStock(Stored, CacheLayer.Store)
            : new FoundStock(StockSnapshot.Unknown(Demands[0].Sku, 0), CacheLayer.Database, why);
    }
}
