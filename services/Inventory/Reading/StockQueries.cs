using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Reads stock from PostgreSQL: from a read replica that is recent enough, otherwise from the primary.
/// </summary>
internal sealed class StockQueries(
    NpgsqlDataSource primary,
    ReadReplica replica,
    CacheMetrics metrics,
    TimeProvider time,
    ILogger<StockQueries> logger
)
{
    private const int TimeoutSeconds = 5;
    private bool _isWithoutReplica;

    private const string Levels = """
        select i.sku, i.name, i.price, i.stocked, l.location, l.sequence, l.on_hand, l.unavailable, l.allocated, l.held,
            l.incoming, p.sold_since is not null as sold
        from ({0}) i left join levels l on l.sku = i.sku left join locations p on p.location = l.location
        order by i.sku, l.location
        """;

    private static readonly string Named = Levels.Replace(
        "{0}",
        "select * from items where sku = any($1)",
        StringComparison.Ordinal
    );
    private static readonly string Paged = Levels.Replace(
        "{0}",
        "select * from items where sku > $1 order by sku limit $2",
        StringComparison.Ordinal
    );

    /// <summary>The stock of each of these SKUs, including unknown ones.</summary>
    /// <param name="skus">SKUs without duplicates.</param>
    /// <param name="isEnough">Decides whether the replica's stock is recent enough; the primary's always is.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<List<StockSnapshot>> ReadAsync(
        IReadOnlyList<string> skus,
        Func<StockSnapshot, bool> isEnough,
        CancellationToken cancellationToken
    )
    {
        List<StockSnapshot> found = replica.Source is { } source
            ? [.. (await TryReplicaAsync(source, skus, cancellationToken)).Where(s => s.IsKnown && isEnough(s))]
            : [];
        var left = skus.Except(found.Select(s => s.Sku), StringComparer.Ordinal).ToArray();
        if (left.Length > 0)
            found.AddRange(await QueryAsync(primary, left, cancellationToken));
        return found;
    }

    /// <summary>The items after <paramref name="cursor"/>, in order, from the primary.</summary>
    public Task<List<StockSnapshot>> PageAsync(string cursor, int limit, CancellationToken cancellationToken) =>
        QueryAsync(primary, Paged, cancellationToken, cursor, limit);

    private async Task<List<StockSnapshot>> TryReplicaAsync(
        NpgsqlDataSource source,
        IReadOnlyList<string> skus,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var found = await QueryAsync(source, skus, cancellationToken);
            Volatile.Write(ref _isWithoutReplica, false);
            return found;
        }
        catch (NpgsqlException e)
        {
            if (!Interlocked.Exchange(ref _isWithoutReplica, true))
                logger.LogReplicaUnavailable(e.Message);
            return [];
        }
    }

    private async Task<List<StockSnapshot>> QueryAsync(
        NpgsqlDataSource source,
        IReadOnlyList<string> skus,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var found = await QueryAsync(source, Named, cancellationToken, (object)skus.ToArray());
        return
        [
            .. found,
            .. skus.Except(found.Select(s => s.Sku), StringComparer.Ordinal)
                .Select(sku => StockSnapshot.Unknown(sku, now)),
        ];
    }

    private async Task<List<StockSnapshot>> QueryAsync(
        NpgsqlDataSource source,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        metrics.DatabaseRead();
        await using var batch = source.CreateBatch();
        batch.Timeout = TimeoutSeconds;
        batch.Add(sql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = await reader.ReadAllAsync<ItemLevelRow>(cancellationToken);
        return
        [
            .. rows.GroupBy(r => r.Sku, StringComparer.Ordinal)
                .Select(g => new StockSnapshot(
                    g.Key,
                    g.First().Name,
                    g.First().Price,
                    g.First().Stocked,
                    [.. g.Where(r => r.Location is not null).Select(ToLevel)],
                    now
                )),
        ];
    }

    private static LevelSnapshot ToLevel(ItemLevelRow row) =>
        new(
            row.Location!,
            row.Sequence!.Value,
            row.OnHand!.Value,
            row.Unavailable!.Value,
            row.Allocated!.Value,
            row.Held!.Value,
            row.Incoming!.Value,
            row.Sold
        );

    /// <summary>An item and one of its levels; the level is null for an item without levels.</summary>
    private sealed record ItemLevelRow(
        string Sku,
        string Name,
        decimal Price,
        bool Stocked,
        string? Location,
        long? Sequence,
        long? OnHand,
        long? Unavailable,
        long? Allocated,
        long? Held,
        long? Incoming,
        bool Sold
    );
}

/// <summary>A read-only replica of the database; null where none is configured. It may lag.</summary>
internal sealed record ReadReplica(NpgsqlDataSource? Source);
