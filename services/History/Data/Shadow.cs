using System.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Data;

/// <summary>A second history in the schema <c>rebuild</c>, with watermarks of its own, on one connection: whoever holds that is the only one to rebuild.</summary>
internal sealed class Shadow(NpgsqlConnection connection) : IAsyncDisposable
{
    private const long Lock = 0x7265_6275_696C_6400;
    private const int Examples = 3;

    // The live table, the rebuilt one, and both differences, in one statement. The rows' text is what is compared: every column, also those that are not known here.
    private const string Comparison = """
        with forged as materialized (select live::text as line from public.{0} live except all select rebuilt::text from rebuild.{0} rebuilt),
             missing as materialized (select rebuilt::text as line from rebuild.{0} rebuilt except all select live::text from public.{0} live)
        select l.rows, l.digest, r.rows, r.digest, (select count(*) from forged), (select count(*) from missing),
               array(select line from forged order by line limit $1), array(select line from missing order by line limit $1)
        from (select count(*) as rows, {1} as digest from (select live::text as line from public.{0} live) lines) l,
             (select count(*) as rows, {1} as digest from (select rebuilt::text as line from rebuild.{0} rebuilt) lines) r
        """;

    private const string Digest = "to_hex(coalesce(bit_xor(('x' || left(md5(line), 16))::bit(64)::bigint), 0))";
    private bool _mine;

    /// <summary>Empty tables like the live ones; false where another replica is rebuilding.</summary>
    public async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        _mine = await ScalarAsync<bool>("select pg_try_advisory_lock($1)", cancellationToken, Lock);
        if (_mine)
            await ExecuteAsync("select rebuild.start()", cancellationToken);
        return _mine;
    }

    /// <summary>Everything in this transaction that names a table without a schema means the rebuilt one, if there is one.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("set local search_path = rebuild, public", cancellationToken);

    /// <summary>How far the live history is.</summary>
    public async Task<Dictionary<string, long>> LiveAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select producer, position from public.watermarks where position > 0",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return (await reader.ReadAllAsync(r => (r.GetString(0), r.GetInt64(1)), cancellationToken)).ToDictionary();
    }

    /// <summary>How far the rebuilt one is.</summary>
    public Task<long> PositionAsync(string producer, CancellationToken cancellationToken) =>
        ScalarAsync<long>(
            "select coalesce(max(position), 0) from rebuild.watermarks where producer = $1",
            cancellationToken,
            producer
        );

    public Task MoveAsync(string producer, long position, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "insert into rebuild.watermarks (producer, position) values ($1, $2) on conflict (producer) do update set position = excluded.position",
            cancellationToken,
            producer,
            position
        );

    /// <summary>Positions of <paramref name="producer"/>'s events that are parked now.</summary>
    public async Task<HashSet<long>> ParkedAsync(string producer, CancellationToken cancellationToken) =>
        [
            .. (
                await ScalarAsync<long[]>(
                    "select array(select position from public.dead_letters where producer = $1 and position is not null)",
                    cancellationToken,
                    producer
                )
            )!,
        ];

    /// <summary>Every table as it is and as it should be, as this transaction sees both.</summary>
    public async Task<List<RebuiltTable>> CompareAsync(CancellationToken cancellationToken)
    {
        var tables = new List<RebuiltTable>();
        foreach (
            var name in (await ScalarAsync<string[]>("select array(select rebuild.tables()::text)", cancellationToken))!
        )
        {
            await using var command = Command(
                Comparison
                    .Replace("{0}", $"\"{name}\"", StringComparison.Ordinal)
                    .Replace("{1}", Digest, StringComparison.Ordinal),
                Examples
            );
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            tables.AddRange(
                await reader.ReadAllAsync(
                    r => new RebuiltTable(
                        name,
                        r.GetInt64(0),
                        r.GetString(1),
                        r.GetInt64(2),
                        r.GetString(3),
                        r.GetInt64(4),
                        r.GetInt64(5),
                        [
                            .. r.GetFieldValue<string[]>(6).Select(row => new RebuiltRow("live", row)),
                            .. r.GetFieldValue<string[]>(7).Select(row => new RebuiltRow("rebuilt", row)),
                        ]
                    ),
                    cancellationToken
                )
            );
        }

        return tables;
    }

    /// <summary>Makes the live tables what the rebuilt ones are, in the caller's transaction. Only rows that differ are touched.</summary>
    public Task AdoptAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("select rebuild.adopt()", cancellationToken);

    /// <summary>Gives the rebuilt tables' room back, and lets others rebuild: a pool keeps the locks of a connection that is closed until it is opened again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_mine && connection.State == ConnectionState.Open)
            await ExecuteAsync("select rebuild.finish(), pg_advisory_unlock($1)", CancellationToken.None, Lock);
    }

    private async Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // A year's rows may take minutes.
    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
