using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Data;

/// <summary>The hot statements: each serves a whole group, none is per order or per line.</summary>
internal static class StockStatements
{
    private const string KnownClaims = "select order_id, state, shortages::text from reservations where order_id = any($1) order by order_id for update";

    private const string OpenAllocations = """
        select a.order_id, a.sku, a.location, a.quantity
        from allocations a join reservations r using (order_id)
        where a.order_id = any($1) and r.state = 'allocated' order by 1, 2, 3
        """;

    private const string Stocked = "select sku, stocked from items where sku = any($1)";

    private const string RecordedAnswers = "select key, fingerprint, answer::text from idempotency_keys where key = any($1)";

    // The locks are taken in (sku, location) order by every writer, so writers queue and never deadlock.
    private const string LockLevels = """
        select sku, location, on_hand, allocated, held, unavailable, sequence, hash
        from levels where sku = any($1) order by sku, location for update
        """;

    private const string WriteLevels = """
        insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, sequence, hash)
        select u.sku, u.location, u.on_hand, u.allocated, 0, 0, 0, u.sequence, u.hash
        from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
             as u(sku, location, on_hand, allocated, sequence, hash)
        on conflict (sku, location) do update
        set on_hand = excluded.on_hand, allocated = excluded.allocated, sequence = excluded.sequence, hash = excluded.hash
        """;

    private const string WriteMovements = """
        insert into movements (sku, location, sequence, kind, quantity, on_hand, allocated, cause, actor, reason, occurred_at, hash)
        select u.sku, u.location, u.sequence, u.kind, u.quantity, u.on_hand, u.allocated, u.cause, u.actor, u.reason, $12, u.hash
        from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bytea[])
             as u(sku, location, sequence, kind, quantity, on_hand, allocated, cause, actor, reason, hash)
        """;

    private const string WriteClaims = """
        insert into reservations (order_id, state, decided_at, shortages)
        select u.order_id, u.state, $4, u.shortages::jsonb from unnest($1::uuid[], $2::text[], $3::text[]) as u(order_id, state, shortages)
        """;

    private const string ReleaseClaims = "update reservations set state = 'released' where order_id = any($1)";

    private const string WriteAllocations = """
        insert into allocations (order_id, sku, location, quantity)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[])
        """;

    private const string WriteAnswers = """
        insert into idempotency_keys (key, fingerprint, answer, recorded_at)
        select u.key, u.fingerprint, u.answer::json, $4 from unnest($1::text[], $2::bytea[], $3::text[]) as u(key, fingerprint, answer)
        """;

    public static async Task<KnownClaims> ReadKnownAsync(NpgsqlConnection connection, IReadOnlyList<StockCommand> commands, CancellationToken cancellationToken)
    {
        var orders = commands.SelectMany(c => c.OrderIds).Distinct().Order().ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(KnownClaims, orders);
        batch.Add(OpenAllocations, commands.OfType<Release>().SelectMany(c => c.OrderIds).Distinct().ToArray());
        batch.Add(Stocked, commands.SelectMany(c => c.Skus).Distinct().ToArray());
        batch.Add(RecordedAnswers, commands.OfType<Book>().Select(b => b.Key).Distinct().ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var claims = await reader.ReadAllAsync(r => (Id: r.GetGuid(0), State: State(r.GetString(1)), Shortages: Shortages(r)), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var allocations = (await reader.ReadAllAsync(r => new Allocation(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetInt32(3)), cancellationToken)).ToLookup(a => a.OrderId);
        await reader.NextResultAsync(cancellationToken);
        var stocked = (await reader.ReadAllAsync(r => (Sku: r.GetString(0), Stocked: r.GetBoolean(1)), cancellationToken)).ToDictionary(r => r.Sku, r => r.Stocked, StringComparer.Ordinal);
        await reader.NextResultAsync(cancellationToken);
        var answers = (await reader.ReadAllAsync(r => (Key: r.GetString(0), Answer: new RecordedAnswer(r.GetFieldValue<byte[]>(1), r.GetString(2))), cancellationToken))
            .ToDictionary(r => r.Key, r => r.Answer, StringComparer.Ordinal);
        return new KnownClaims(claims.ToDictionary(c => c.Id, c => new Claim(c.State, c.Shortages, [.. allocations[c.Id]])), stocked, answers);
    }

    public static async Task<List<Level>> LockLevelsAsync(NpgsqlConnection connection, IEnumerable<string> skus, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockLevels, connection) { Parameters = { new() { Value = skus.Distinct().ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAllAsync(r => new Level(
            r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetFieldValue<byte[]>(7)), cancellationToken);
    }

    public static async Task WriteAsync(NpgsqlConnection connection, StockDecisions decided, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var at = now.UtcDateTime;
        // Keys and claims come first: whoever was overtaken learns it by them, and not by the movements that follow.
        if (decided.Answers.Count > 0)
        {
            var rows = decided.Answers.ToList();
            batch.Add(WriteAnswers, rows.Select(a => a.Key).ToArray(), rows.Select(a => a.Value.Fingerprint).ToArray(), rows.Select(a => a.Value.Body).ToArray(), at);
        }

        if (decided.Claims.Count > 0)
        {
            // What the database knows already can only be released. The rest must be new to it: a rival's decision is never overwritten.
            var released = decided.Claims.Keys.Where(decided.IsKnown).Order().ToArray();
            if (released.Length > 0) batch.Add(ReleaseClaims, (object)released);
            var claims = decided.Claims.Where(c => !decided.IsKnown(c.Key)).OrderBy(c => c.Key).ToList();
            batch.Add(WriteClaims, claims.Select(c => c.Key).ToArray(), claims.Select(c => Name(c.Value.State)).ToArray(),
                claims.Select(c => c.Value.Shortages.Count == 0 ? null : JsonSerializer.Serialize(c.Value.Shortages, JsonSerializerOptions.Web)).ToArray(), at);
        }

        if (decided.Stock.Ledger.Count > 0)
        {
            var levels = decided.Stock.Changed.OrderBy(l => l.Sku, StringComparer.Ordinal).ThenBy(l => l.Location, StringComparer.Ordinal).ToList();
            batch.Add(WriteLevels, levels.Select(l => l.Sku).ToArray(), levels.Select(l => l.Location).ToArray(), levels.Select(l => l.OnHand).ToArray(),
                levels.Select(l => l.Allocated).ToArray(), levels.Select(l => l.Sequence).ToArray(), levels.Select(l => l.Hash).ToArray());

            var rows = decided.Stock.Ledger;
            batch.Add(WriteMovements, rows.Select(m => m.Row.Sku).ToArray(), rows.Select(m => m.Row.Location).ToArray(), rows.Select(m => m.Row.Sequence).ToArray(),
                rows.Select(m => m.Row.Kind.Name()).ToArray(), rows.Select(m => m.Row.Quantity).ToArray(), rows.Select(m => m.Row.OnHand).ToArray(),
                rows.Select(m => m.Row.Allocated).ToArray(), rows.Select(m => m.Row.Cause).ToArray(), rows.Select(m => m.Row.Actor).ToArray(),
                rows.Select(m => m.Row.Reason).ToArray(), rows.Select(m => m.Hash).ToArray(), at);
        }

        if (decided.Allocations.Count > 0)
        {
            var rows = decided.Allocations;
            batch.Add(WriteAllocations, rows.Select(a => a.OrderId).ToArray(), rows.Select(a => a.Sku).ToArray(), rows.Select(a => a.Location).ToArray(), rows.Select(a => a.Quantity).ToArray());
        }

        batch.AppendEvents(decided.Events, now);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The state's name in the database.</summary>
    private static string Name(ReservationState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private static ReservationState State(string name) => Enum.Parse<ReservationState>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static IReadOnlyList<ShortLevel> Shortages(NpgsqlDataReader reader) =>
        reader.IsDBNull(2) ? [] : JsonSerializer.Deserialize<List<ShortLevel>>(reader.GetString(2), JsonSerializerOptions.Web)!;
}
