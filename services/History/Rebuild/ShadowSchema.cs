using System.Data;
using System.Text.Json;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Rebuild;

/// <summary>
/// A second history in the schema <c>rebuild</c>, with its own watermarks. It uses one connection, whose advisory lock
/// lets only one replica rebuild at a time.
/// </summary>
internal sealed class ShadowSchema(NpgsqlConnection connection) : IAsyncDisposable
{
    private const long Lock = 0x7265_6275_696C_6400;
    private const int MaxExamples = 3;

    private const string SelectLivePositions = "select producer, position from public.watermarks where position > 0";

    private const string SelectPosition =
        "select coalesce(max(position), 0) from rebuild.watermarks where producer = $1";

    private const string UpsertPosition = """
        insert into rebuild.watermarks (producer, position) values ($1, $2)
        on conflict (producer) do update set position = excluded.position
        """;

    private const string SelectParkedPositions =
        "select array(select position from public.dead_letters where producer = $1 and position is not null)";

    private const string SelectTables = "select array(select rebuild.tables()::text)";

    private const string Digest = "to_hex(coalesce(bit_xor(('x' || left(md5(line), 16))::bit(64)::bigint), 0))";

    // {0}: the table. The live one, the rebuilt one, and both differences, in one statement. Rows are compared as text:
    // every column counts, also one that this code does not know.
    private const string Comparison = $$"""
        with unexpected as materialized (
                 select live::text as line from public.{0} live
                 except all select rebuilt::text from rebuild.{0} rebuilt),
             missing as materialized (
                 select rebuilt::text as line from rebuild.{0} rebuilt
                 except all select live::text from public.{0} live)
        select l.rows as live_rows, l.digest as live_digest, r.rows, r.digest,
               (select count(*) from unexpected) as unexpected, (select count(*) from missing) as missing,
               array_to_json(array(select line from unexpected order by line limit $1))::text as unexpected_rows,
               array_to_json(array(select line from missing order by line limit $1))::text as missing_rows
        from (select count(*) as rows, {{Digest}} as digest
              from (select live::text as line from public.{0} live) lines) l,
             (select count(*) as rows, {{Digest}} as digest
              from (select rebuilt::text as line from rebuild.{0} rebuilt) lines) r
        """;

    private bool _isLocked;

    /// <summary>Creates empty tables like the live ones; false where another replica is rebuilding.</summary>
    public async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        _isLocked = await ScalarAsync<bool>("select pg_try_advisory_lock($1)", cancellationToken, Lock);
        if (_isLocked)
            await ExecuteAsync("select rebuild.start()", cancellationToken);
        return _isLocked;
    }

    /// <summary>
    /// For the rest of the transaction, a table name without a schema means the rebuilt table, where there is one.
    /// </summary>
    public Task EnterAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("set local search_path = rebuild, public", cancellationToken);

    /// <summary>Per producer, the position that the live history has reached.</summary>
    public async Task<Dictionary<string, long>> GetLivePositionsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(SelectLivePositions);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = await reader.ReadAllAsync<PositionRow>(cancellationToken);
        return positions.ToDictionary(p => p.Producer, p => p.Position);
    }

    /// <summary>The position that the rebuilt history has reached in the log of <paramref name="producer"/>.</summary>
    public Task<long> GetPositionAsync(string producer, CancellationToken cancellationToken) =>
        ScalarAsync<long>(SelectPosition, cancellationToken, producer);

    public Task SetPositionAsync(string producer, long position, CancellationToken cancellationToken) =>
        ExecuteAsync(UpsertPosition, cancellationToken, producer, position);

    /// <summary>Positions of the events of <paramref name="producer"/> that are parked now.</summary>
    public async Task<HashSet<long>> GetParkedPositionsAsync(string producer, CancellationToken cancellationToken) =>
        [.. (await ScalarAsync<long[]>(SelectParkedPositions, cancellationToken, producer))!];

    /// <summary>Compares every live table with the rebuilt one, as this transaction sees both.</summary>
    public async Task<List<RebuiltTable>> CompareAsync(CancellationToken cancellationToken)
    {
        var tables = new List<RebuiltTable>();
        foreach (var name in (await ScalarAsync<string[]>(SelectTables, cancellationToken))!)
        {
            await using var command = Command(
                Comparison.Replace("{0}", $"\"{name}\"", StringComparison.Ordinal),
                MaxExamples
            );
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var row = (await reader.ReadAllAsync<ComparisonRow>(cancellationToken)).Single();
            tables.Add(
                new RebuiltTable(
                    name,
                    row.LiveRows,
                    row.LiveDigest,
                    row.Rows,
                    row.Digest,
                    row.Unexpected,
                    row.Missing,
                    [.. Examples("live", row.UnexpectedRows), .. Examples("rebuilt", row.MissingRows)]
                )
            );
        }

        return tables;
    }

    /// <summary>
    /// Makes the live tables equal to the rebuilt ones, in the caller's transaction. Only rows that differ are touched.
    /// </summary>
    public Task AdoptAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("select rebuild.adopt()", cancellationToken);

    /// <summary>
    /// Drops the rebuilt tables and unlocks: a pooled connection would keep its advisory locks until it is opened
    /// again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_isLocked && connection.State == ConnectionState.Open)
            await ExecuteAsync("select rebuild.finish(), pg_advisory_unlock($1)", CancellationToken.None, Lock);
    }

    private static IEnumerable<RebuiltRow> Examples(string side, string jsonLines) =>
        JsonSerializer.Deserialize<string[]>(jsonLines)!.Select(line => new RebuiltRow(side, line));

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

    // No timeout: a year's rows may take minutes.
    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private sealed record PositionRow(string Producer, long Position);

    private sealed record ComparisonRow(
        long LiveRows,
        string LiveDigest,
        long Rows,
        string Digest,
        long Unexpected,
        long Missing,
        string UnexpectedRows,
        string MissingRows
    );
}
