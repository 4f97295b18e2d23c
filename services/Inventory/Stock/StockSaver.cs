using System.Text.Json;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Writes the decisions on a group of commands in one round trip. Each statement serves the whole group.
/// </summary>
internal static class StockSaver
{
    private const string Responses = """
        insert into idempotency_keys (owner, key, fingerprint, response)
        select u.owner, u.key, u.fingerprint, u.response::json
        from unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) as u(owner, key, fingerprint, response)
        """;

    private const string NewReservations = """
        insert into reservations (order_id, state, decided_at, shortages, customer)
        select u.order_id, u.state, $5, u.shortages::jsonb, u.customer
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as u(order_id, state, shortages, customer)
        """;

    private const string ChangedReservations = """
        update reservations r set state = u.state, shortages = coalesce(u.shortages::jsonb, r.shortages)
        from unnest($1::uuid[], $2::text[], $3::text[]) as u(order_id, state, shortages)
        where r.order_id = u.order_id
        """;

    private const string Levels = """
        insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
        select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[])
        on conflict (sku, location) do update
        set on_hand = excluded.on_hand, allocated = excluded.allocated, held = excluded.held,
            unavailable = excluded.unavailable, incoming = excluded.incoming, short = excluded.short,
            sequence = excluded.sequence, hash = excluded.hash
        """;

    private const string Movements = """
        insert into movements (sku, location, sequence, kind, quantity, on_hand, allocated, held, unavailable, incoming,
            cause, step, actor, reason, trace, hash, actor_type, occurred_at)
        select u.*, $18
        from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::uuid[],
            $16::bytea[], $17::text[]) as u
        """;

    private const string Allocations = """
        insert into allocations (order_id, sku, location, quantity, step)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[])
        """;

    private const string Shipments = """
        insert into shipments (order_id, sku, location, quantity, step)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[])
        """;

    private const string Backorders = """
        insert into backorders (order_id, sku, order_number, quantity, filled, promised_at, state)
        select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::timestamptz[], $7::text[])
        on conflict (order_id, sku) do update
        set quantity = excluded.quantity, filled = excluded.filled, state = excluded.state,
            promised_at = excluded.promised_at
        """;

    private const string Notifications =
        "insert into backorder_notifications (order_id) select * from unnest($1::uuid[])";

    private const string Holds = """
        insert into holds (id, customer, state, expires_at, entry_id, claimed_by, claimed_at)
        select u.id, u.customer, u.state, u.expires_at, u.entry_id, u.claimed_by::uuid[], u.claimed_at
        from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[], $7::timestamptz[])
            as u(id, customer, state, expires_at, entry_id, claimed_by, claimed_at)
        on conflict (id) do update
        set state = excluded.state, expires_at = excluded.expires_at, claimed_by = excluded.claimed_by,
            claimed_at = excluded.claimed_at
        """;

    private const string HoldLines = """
        insert into hold_lines (hold_id, sku, location, quantity, used)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        """;

    private const string UsedHoldLines = """
        update hold_lines l set used = u.used
        from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) as u(hold_id, sku, location, used)
        where (l.hold_id, l.sku, l.location) = (u.hold_id, u.sku, u.location)
        """;

    private const string NewWaitlistEntries = """
        insert into waitlist (id, sku, customer, quantity, state)
        select u.id, u.sku, u.customer, u.quantity, u.state
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[]) with ordinality
            as u(id, sku, customer, quantity, state, position)
        order by u.position
        """;

    private const string ChangedWaitlistEntries =
        "update waitlist w set state = u.state from unnest($1::uuid[], $2::text[]) as u(id, state) where w.id = u.id";

    private const string Documents = """
        insert into inbounds (reference, location, source, expected_at, state, reason, unavailable)
        select *
        from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::boolean[])
        on conflict (reference) do update
        set state = excluded.state, reason = excluded.reason, expected_at = excluded.expected_at
        """;

    private const string DocumentLines = """
        insert into inbound_lines (reference, sku, expected, received, closed)
        select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[])
        on conflict (reference, sku) do update set received = excluded.received, closed = excluded.closed
        """;

    public static async Task SaveAsync(
        NpgsqlConnection connection,
        LoadedStock loaded,
        StockRules rules,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);

        // Keys, reservations and documents are written first: a transaction that was overtaken fails on one of these
        // unique keys, and not on the movements that follow. All are written in the order of their keys, so that
        // concurrent transactions cannot deadlock.
        if (
            rules
                .Responses.OrderBy(a => a.Key.Owner, StringComparer.Ordinal)
                .ThenBy(a => a.Key.Key, StringComparer.Ordinal)
                .ToList() is
            { Count: > 0 } responses
        )
            batch.Add(
                Responses,
                responses.Of(a => a.Key.Owner),
                responses.Of(a => a.Key.Key),
                responses.Of(a => a.Value.Fingerprint),
                responses.Of(a => a.Value.Body)
            );
        AddReservations(batch, rules, now);
        if (
            rules.Documents.Values.OrderBy(d => d.Reference, StringComparer.Ordinal).ToList() is
            { Count: > 0 } documents
        )
            AddDocuments(batch, documents);
        if (rules.Stock.Changed.Any())
            AddMovements(batch, rules.Stock, now);
        if (rules.Allocations is { Count: > 0 } allocations)
            AddParts(batch, Allocations, allocations);
        if (rules.Shipments is { Count: > 0 } shipments)
            AddParts(batch, Shipments, shipments);
        if (rules.Backorders.Values.ToList() is { Count: > 0 } backorders)
        {
            batch.Add(
                Backorders,
                backorders.Of(b => b.OrderId),
                backorders.Of(b => b.Sku),
                backorders.Of(b => b.OrderNumber),
                backorders.Of(b => b.Quantity),
                backorders.Of(b => b.Filled),
                backorders.Of(b => b.PromisedAt?.UtcDateTime),
                backorders.Of(b => EnumNames.Of(b.State))
            );
        }

        if (rules.FilledOrders.Count > 0)
            batch.Add(Notifications, (object)rules.FilledOrders.ToArray());
        AddWaitlist(batch, loaded, [.. rules.Waitlist.Values]);
        AddHolds(batch, loaded, [.. rules.Holds.Values]);
        batch.AppendEvents(rules.Events, now);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddReservations(NpgsqlBatch batch, StockRules rules, DateTimeOffset now)
    {
        // A reservation that exists only changes its state. Any other is inserted, never upserted: the decision of a
        // concurrent transaction must not be overwritten.
        var changed = rules.Reservations.Where(c => rules.IsKnown(c.Key)).OrderBy(c => c.Key).ToList();
        if (changed.Count > 0)
            batch.Add(
                ChangedReservations,
                changed.Of(c => c.Key),
                changed.Of(c => EnumNames.Of(c.Value.State)),
                changed.Of(c => ShortagesOf(c.Value))
            );
        var added = rules.Reservations.Where(c => !rules.IsKnown(c.Key)).OrderBy(c => c.Key).ToList();
        if (added.Count == 0)
            return;
        batch.Add(
            NewReservations,
            added.Of(c => c.Key),
            added.Of(c => EnumNames.Of(c.Value.State)),
            added.Of(c => ShortagesOf(c.Value)),
            added.Of(c => c.Value.Customer),
            now.UtcDateTime
        );
    }

    private static string? ShortagesOf(Reservation reservation) =>
        reservation.Shortages.Count == 0
            ? null
            : JsonSerializer.Serialize(reservation.Shortages, JsonSerializerOptions.Web);

    private static void AddDocuments(NpgsqlBatch batch, List<InboundDocument> documents)
    {
        batch.Add(
            Documents,
            documents.Of(d => d.Reference),
            documents.Of(d => d.Location),
            documents.Of(d => d.Source),
            documents.Of(d => d.ExpectedAt?.UtcDateTime),
            documents.Of(d => EnumNames.Of(d.State)),
            documents.Of(d => d.Reason),
            documents.Of(d => d.Unavailable)
        );
        var lines = documents.SelectMany(d => d.Lines, (d, line) => (d.Reference, Line: line)).ToList();
        batch.Add(
            DocumentLines,
            lines.Of(l => l.Reference),
            lines.Of(l => l.Line.Sku),
            lines.Of(l => l.Line.Expected),
            lines.Of(l => l.Line.Received),
            lines.Of(l => l.Line.Closed)
        );
    }

    private static void AddMovements(NpgsqlBatch batch, StockChanges stock, DateTimeOffset now)
    {
        var rows = stock.Ledger;
        batch.Add(
            Movements,
            rows.Of(m => m.Row.Sku),
            rows.Of(m => m.Row.Location),
            rows.Of(m => m.Row.Sequence),
            rows.Of(m => m.Row.Kind.Name()),
            rows.Of(m => m.Row.Quantity),
            rows.Of(m => m.Row.After.OnHand),
            rows.Of(m => m.Row.After.Allocated),
            rows.Of(m => m.Row.After.Held),
            rows.Of(m => m.Row.After.Unavailable),
            rows.Of(m => m.Row.After.Incoming),
            rows.Of(m => m.Row.Cause.Id),
            rows.Of(m => m.Row.Step),
            rows.Of(m => m.Row.Cause.Actor),
            rows.Of(m => m.Row.Cause.Reason),
            rows.Of(m => m.Row.Cause.Trace),
            rows.Of(m => m.Hash),
            rows.Of(m => EnumNames.Of(m.Row.Cause.ActorType)),
            now.UtcDateTime
        );
        var levels = stock
            .Changed.OrderBy(l => l.Sku, StringComparer.Ordinal)
            .ThenBy(l => l.Location, StringComparer.Ordinal)
            .ToList();
        batch.Add(
            Levels,
            levels.Of(l => l.Sku),
            levels.Of(l => l.Location),
            levels.Of(l => l.Quantities.OnHand),
            levels.Of(l => l.Quantities.Allocated),
            levels.Of(l => l.Quantities.Held),
            levels.Of(l => l.Quantities.Unavailable),
            levels.Of(l => l.Quantities.Incoming),
            levels.Of(l => l.Short),
            levels.Of(l => l.Sequence),
            levels.Of(l => l.Hash)
        );
    }

    private static void AddParts(NpgsqlBatch batch, string sql, List<Allocation> parts) =>
        batch.Add(
            sql,
            parts.Of(a => a.OrderId),
            parts.Of(a => a.Sku),
            parts.Of(a => a.Location),
            parts.Of(a => a.Quantity),
            parts.Of(a => a.Step)
        );

    private static void AddWaitlist(NpgsqlBatch batch, LoadedStock loaded, List<WaitlistEntry> entries)
    {
        var old = loaded.Waitlist.Select(w => w.Id).ToHashSet();
        var changed = entries.Where(w => old.Contains(w.Id)).ToList();
        if (changed.Count > 0)
            batch.Add(ChangedWaitlistEntries, changed.Of(w => w.Id), changed.Of(w => EnumNames.Of(w.State)));
        var joined = entries.Where(w => !old.Contains(w.Id)).ToList();
        if (joined.Count > 0)
            batch.Add(
                NewWaitlistEntries,
                joined.Of(w => w.Id),
                joined.Of(w => w.Sku),
                joined.Of(w => w.Customer),
                joined.Of(w => w.Quantity),
                joined.Of(w => EnumNames.Of(w.State))
            );
    }

    private static void AddHolds(NpgsqlBatch batch, LoadedStock loaded, List<Hold> holds)
    {
        if (holds.Count == 0)
            return;
        batch.Add(
            Holds,
            holds.Of(h => h.Id),
            holds.Of(h => h.Customer),
            holds.Of(h => EnumNames.Of(h.State)),
            holds.Of(h => h.ExpiresAt.UtcDateTime),
            holds.Of(h => h.EntryId),
            holds.Of(h => $"{{{string.Join(',', h.Claims ?? [])}}}"),
            holds.Of(h => h.ClaimedAt?.UtcDateTime)
        );
        var lines = holds
            .Where(h => !loaded.Holds.ContainsKey(h.Id))
            .SelectMany(h => h.Lines, (h, line) => (h.Id, Line: line))
            .ToList();
        if (lines.Count > 0)
            batch.Add(
                HoldLines,
                lines.Of(l => l.Id),
                lines.Of(l => l.Line.Sku),
                lines.Of(l => l.Line.Location),
                lines.Of(l => l.Line.Quantity),
                lines.Of(l => l.Line.Used)
            );
        var used = holds
            .Where(h => loaded.Holds.ContainsKey(h.Id))
            .SelectMany(h => h.Lines.Except(loaded.Holds[h.Id].Lines), (h, line) => (h.Id, Line: line))
            .ToList();
        if (used.Count > 0)
            batch.Add(
                UsedHoldLines,
                used.Of(l => l.Id),
                used.Of(l => l.Line.Sku),
                used.Of(l => l.Line.Location),
                used.Of(l => l.Line.Used)
            );
    }

    /// <summary>A column of an array statement.</summary>
    private static TColumn[] Of<TRow, TColumn>(this List<TRow> rows, Func<TRow, TColumn> column) =>
        [.. rows.Select(column)];
}
