using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Reading;

/// <summary>Reads stock from PostgreSQL: from a read replica where there is one and it is up to date enough, else from the primary.</summary>
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
        select i.sku, i.name, i.price, i.stocked, l.location, l.sequence, l.on_hand, l.unavailable, l.allocated, l.held, l.incoming
        from ({0}) i left join levels l on l.sku = i.sku order by i.sku, l.location
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

    /// <summary>The stock of each of these SKUs, unknown ones included.</summary>
    /// <param name="skus">Different ones.</param>
    /// <param name="isEnough">Says whether what the replica has will do; what the primary has is all there is.</param>
    /// <param name="cancellationToken">Gives up.</param>
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
                logger.LogWithoutReplica(e.Message);
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
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = await reader.ReadAllAsync(
            r =>
                (
                    Item: (Sku: r.GetString(0), Name: r.GetString(1), Price: r.GetDecimal(2), Stocked: r.GetBoolean(3)),
                    Level: r.IsDBNull(4)
                        ? null
                        : new LevelSnapshot(
                            r.GetString(4),
                            r.GetInt64(5),
                            r.GetInt64(6),
                            r.GetInt64(7),
                            r.GetInt64(8),
                            r.GetInt64(9),
                            r.GetInt64(10)
                        )
                ),
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(r => r.Item)
                .Select(g => new StockSnapshot(
                    g.Key.Sku,
                    g.Key.Name,
                    g.Key.Price,
                    g.Key.Stocked,
                    [.. g.Select(r => r.Level).OfType<LevelSnapshot>()],
                    now
                )),
        ];
    }
}

/// <summary>A read-only copy of the database, if one is configured. It may lag.</summary>
internal sealed record ReadReplica(NpgsqlDataSource? Source);
