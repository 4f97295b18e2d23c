using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Reads and locks what a group of commands needs: claims, holds, documents, then levels, each in the order of its key, so that writers queue
/// and never deadlock. Each statement serves the whole group.
/// </summary>
internal static class StockLoader
{
    internal const string Claims =
        "select order_id, state, shortages::text, customer from reservations where order_id = any($1) order by order_id for update";

    // Which SKUs an order claims or waits for is settled when it is decided: only how many can still change before the levels are locked.
    internal const string ClaimedSkus =
        "select sku from allocations where order_id = any($1) union select sku from backorders where order_id = any($1)";

    internal const string Answers = """
        select k.owner, k.key, k.fingerprint, k.response::text from unnest($1::text[], $2::text[]) as n(owner, key) join idempotency_keys k using (owner, key)
        """;

    // Those that the commands name, and those on the SKUs that they are to free whose time is over. Each arm has an index of its own; an OR of them would have none.
    private const string NeededHolds = """
        select unnest($1::uuid[])
        union select h.id from holds h
        where h.state = 'active' and h.expires_at <= $3 and exists (select from hold_lines l where l.hold_id = h.id and l.sku = any($2::text[]))
        """;

    internal static readonly string LockHolds =
        $"select id, customer, state, expires_at, entry_id from holds where id in ({NeededHolds}) order by id for update";

    internal static readonly string HoldLines =
        $"select hold_id, sku, location, quantity from hold_lines where hold_id in ({NeededHolds}) order by 1, 2, 3";

    internal const string LockDocuments =
        "select reference, location, source, expected_at, state, reason from inbounds where reference = any($1) order by reference for update";

    internal const string DocumentLines =
        "select reference, sku, expected, received, closed from inbound_lines where reference = any($1) order by 1, 2";

    internal const string Items =
        "select sku, stocked, backorder_limit, max_per_customer, low_stock_at from items where sku = any($1)";

    internal const string LockLevels = """
        select l.sku, l.location, l.on_hand, l.allocated, l.held, l.unavailable, l.incoming, l.short, l.sequence, l.hash, coalesce(p.priority, 100)
        from levels l left join locations p using (location)
        where l.sku = any($1) order by l.sku, l.location for update of l
        """;

    private static readonly string OpenClaims = $"""
        select a.order_id, a.sku, a.location, sum(a.quantity) - coalesce((
            select sum(s.quantity) from shipments s where (s.order_id, s.sku, s.location) = (a.order_id, a.sku, a.location)), 0)
        from allocations a join reservations r using (order_id)
        where r.{StateConditions.ClaimingReservation}
        """;

    internal static readonly string Open = $"{OpenClaims} and a.order_id = any($1) group by 1, 2, 3 order by 1, 2, 3";

    // Reads all that was ever allocated of these SKUs: only for counts that may leave some of it short.
    private static readonly string OpenOfSkus =
        $"{OpenClaims} and (a.order_id = any($1) or a.sku = any($2)) group by 1, 2, 3 order by 1, 2, 3";

    internal const string Shipped =
        "select order_id, sku, location, sum(quantity) from shipments where order_id = any($1) group by 1, 2, 3";

    internal const string Backorders = """
        select order_id, sku, order_number, quantity, filled, promised_at from backorders
        where sku = any($1) and state = 'open' order by order_number
        """;

    internal static readonly string Waitlist =
        $"select id, sku, customer, quantity, position, state from waitlist where sku = any($1) and {StateConditions.OpenWaitlistEntry} order by position";

    // Few items have a limit: only who wants one of these has orders to be read. OFFSET keeps the planner from reading others' first.
    internal static readonly string Bought = $"""
        select p.customer, p.sku, b.units
        from unnest($1::text[], $2::text[]) as p(customer, sku) join items i using (sku) cross join lateral (
            select sum(x.quantity) as units
            from reservations r cross join lateral (
                select quantity from allocations a where a.order_id = r.order_id and a.sku = p.sku
                union all select quantity - filled from backorders w where w.order_id = r.order_id and w.sku = p.sku and w.state = 'open') x
            where r.customer = p.customer and r.{StateConditions.ClaimingReservation} offset 0) b
        where i.max_per_customer is not null and b.units is not null
        """;

    internal const string Held = """
        select h.customer, l.sku, sum(l.quantity)::bigint from holds h join hold_lines l on l.hold_id = h.id
        where h.customer = any($1) and h.state = 'active' and l.sku = any($2) group by 1, 2
        """;

    internal static readonly string Due = $"""
        select l.sku, i.expected_at, l.expected - l.received - l.closed from inbound_lines l join inbounds i using (reference)
        where l.sku = any($1) and i.{StateConditions.OpenInbound} and i.expected_at is not null and l.expected > l.received + l.closed order by 2, 1
        """;

    /// <summary>Everything the group needs to know; the levels are locked when it returns.</summary>
    public static async Task<(LoadedStock Known, List<Level> Levels)> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var named = await ReadNamedAsync(connection, commands, now, cancellationToken);
        var (known, levels) = await ReadLevelsAsync(connection, commands, named, cancellationToken);
        var doubtful = commands
            .OfType<RepairCommand>()
            .SelectMany(r => r.Skus)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return (
            doubtful.Length == 0
                ? known
                : known with
                {
                    Damage = await StockDamageLoader.ReadAsync(connection, doubtful, cancellationToken),
                },
            levels
        );
    }

    private static async Task<(LoadedStock Known, string[] Skus)> ReadNamedAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var skus = commands.SelectMany(c => c.Skus).ToHashSet(StringComparer.Ordinal);
        var (orders, holdIds, documents) = (
            commands.SelectMany(c => c.OrderIds).Distinct().ToArray(),
            commands.SelectMany(c => c.HoldIds).Distinct().ToArray(),
            commands.SelectMany(c => c.Documents).Distinct(StringComparer.Ordinal).ToArray()
        );

        // A repair finds the holds of its SKUs as they are: what one claims that its level does not say is held cannot be given back before it is mended.
        var freed = commands
            .Where(c => c is not RepairCommand)
            .SelectMany(c => c.Skus)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Claims, orders);
        batch.Add(ClaimedSkus, GivingUp(commands));
        var keys = commands.OfType<KeyedCommand>().Select(c => (c.KeyOwner, c.Key)).Distinct().ToList();
        batch.Add(Answers, keys.Select(k => k.KeyOwner).ToArray(), keys.Select(k => k.Key).ToArray());
        batch.Add(LockHolds, holdIds, freed, now.UtcDateTime);
        batch.Add(HoldLines, holdIds, freed, now.UtcDateTime);
        batch.Add(LockDocuments, documents);
        batch.Add(DocumentLines, documents);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var claims = await reader.ReadAllAsync(
            r =>
                (
                    Id: r.GetGuid(0),
                    Claim: new Reservation(EnumNames.Parse<ReservationState>(r.GetString(1)), Shortages(r), r.Text(3))
                ),
            cancellationToken
        );
        skus.UnionWith(await NextAsync(r => r.GetString(0)));
        var answers = await NextAsync(r =>
            (
                Key: (r.GetString(0), r.GetString(1)),
                Answer: new RecordedResponse(r.GetFieldValue<byte[]>(2), r.GetString(3))
            )
        );
        var holds = await NextAsync(r => new Hold(
            r.GetGuid(0),
            r.GetString(1),
            EnumNames.Parse<HoldState>(r.GetString(2)),
            r.GetFieldValue<DateTimeOffset>(3),
            [],
            r.Id(4)
        ));
        var lines = (
            await NextAsync(r =>
                (Id: r.GetGuid(0), Part: new AllocationPart(r.GetString(1), r.GetString(2), r.GetInt64(3)))
            )
        ).ToLookup(l => l.Id, l => l.Part);
        var inbounds = await NextAsync(r => new InboundDocument(
            r.GetString(0),
            r.GetString(1),
            r.Text(2),
            r.Time(3),
            EnumNames.Parse<InboundState>(r.GetString(4)),
            r.Text(5),
            []
        ));
        var inboundLines = (
            await NextAsync(r =>
                (
                    Reference: r.GetString(0),
                    Line: new InboundLine(r.GetString(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4))
                )
            )
        ).ToLookup(l => l.Reference, l => l.Line, StringComparer.Ordinal);
        skus.UnionWith(holds.SelectMany(h => lines[h.Id]).Select(l => l.Sku));
        skus.UnionWith(inboundLines.SelectMany(g => g).Select(l => l.Sku));
        return (
            new LoadedStock
            {
                Claims = claims.ToDictionary(c => c.Id, c => c.Claim),
                Answers = answers.ToDictionary(a => a.Key, a => a.Answer),
                Holds = holds.ToDictionary(h => h.Id, h => h with { Lines = [.. lines[h.Id]] }),
                Documents = inbounds.ToDictionary(
                    i => i.Reference,
                    i => i with { Lines = [.. inboundLines[i.Reference]] },
                    StringComparer.Ordinal
                ),
            },
            [.. skus]
        );

        async Task<List<T>> NextAsync<T>(Func<NpgsqlDataReader, T> map)
        {
            await reader.NextResultAsync(cancellationToken);
            return await reader.ReadAllAsync(map, cancellationToken);
        }
    }

    // A statement sees what was committed before it began: what the levels' lock protects is read after it.
    private static async Task<(LoadedStock Known, List<Level> Levels)> ReadLevelsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        (LoadedStock Known, string[] Skus) named,
        CancellationToken cancellationToken
    )
    {
        var (known, skus) = named;
        var orders = commands.OfType<ReserveCommand>().SelectMany(r => r.Orders).ToList();
        var holds = commands.OfType<PlaceHoldCommand>().ToList();

        // Orders that may not wait need no line to be read: a rush on a sold-out SKU does not load those who wait for it.
        var queued =
            commands.Any(c => c is not ReserveCommand)
            || known.Holds.Count > 0
            || known.Claims.Count > 0
            || orders.Any(o => o.OnShortage == ShortagePolicy.Backorder)
                ? skus
                : [];
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LockLevels, skus);
        batch.Add(Items, skus);
        var counted = commands.OfType<CountCommand>().Where(c => c.MayFallShort).Select(c => c.Sku).ToArray();
        if (counted.Length > 0)
            batch.Add(OpenOfSkus, GivingUp(commands), counted);
        else
            batch.Add(Open, GivingUp(commands));
        batch.Add(Shipped, commands.OfType<ShipCommand>().Select(s => s.OrderId).ToArray());
        batch.Add(Backorders, queued);
        batch.Add(Waitlist, queued);
        var wanted = orders
            .Where(o => o.Customer is not null)
            .SelectMany(o => o.Lines, (o, l) => (Customer: o.Customer!, l.Sku))
            .Concat(holds.SelectMany(h => h.Skus, (h, sku) => (h.Customer, Sku: sku)))
            .Distinct()
            .ToList();
        batch.Add(Bought, wanted.Select(w => w.Customer).ToArray(), wanted.Select(w => w.Sku).ToArray());
        batch.Add(Held, holds.Select(h => h.Customer).ToArray(), holds.SelectMany(h => h.Skus).ToArray());
        batch.Add(
            Due,
            orders
                .Where(o => o.OnShortage == ShortagePolicy.Backorder)
                .SelectMany(o => o.Lines)
                .Select(l => l.Sku)
                .ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var levels = await reader.ReadAllAsync(
            r => new Level(
                r.GetString(0),
                r.GetString(1),
                new Quantities(r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
                r.GetInt64(7),
                r.GetInt64(8),
                r.GetFieldValue<byte[]>(9),
                r.GetInt32(10)
            ),
            cancellationToken
        );
        return (
            known with
            {
                Items = (
                    await NextAsync(r =>
                        (
                            Sku: r.GetString(0),
                            Terms: new ItemTerms(r.GetBoolean(1), r.GetInt32(2), r.Number(3), r.Number(4))
                        )
                    )
                ).ToDictionary(i => i.Sku, i => i.Terms, StringComparer.Ordinal),
                Open = await NextAsync(r => new Allocation(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetString(2),
                    checked((int)r.GetInt64(3))
                )),
                Shipped = (
                    await NextAsync(r => (Key: (r.GetGuid(0), r.GetString(1), r.GetString(2)), Units: r.GetInt64(3)))
                ).ToDictionary(s => s.Key, s => s.Units),
                Backorders = await NextAsync(r => new Backorder(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetInt64(2),
                    r.GetInt32(3),
                    r.GetInt32(4),
                    r.Time(5),
                    BackorderState.Open
                )),
                Waitlist = await NextAsync(r => new WaitlistEntry(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.GetInt32(3),
                    r.GetInt64(4),
                    EnumNames.Parse<WaitlistEntryState>(r.GetString(5))
                )),
                Bought = (
                    await NextAsync(r => (Key: (r.GetString(0), r.GetString(1)), Units: r.GetInt64(2)))
                ).ToDictionary(b => b.Key, b => b.Units),
                HeldBy = (
                    await NextAsync(r => (Key: (r.GetString(0), r.GetString(1)), Units: r.GetInt64(2)))
                ).ToDictionary(b => b.Key, b => b.Units),
                Due = await NextAsync(r => new ExpectedReceipt(
                    r.GetString(0),
                    r.GetFieldValue<DateTimeOffset>(1),
                    r.GetInt32(2)
                )),
            },
            levels
        );

        async Task<List<T>> NextAsync<T>(Func<NpgsqlDataReader, T> map)
        {
            await reader.NextResultAsync(cancellationToken);
            return await reader.ReadAllAsync(map, cancellationToken);
        }
    }

    /// <summary>Orders whose open claims are given back or taken away.</summary>
    private static Guid[] GivingUp(IReadOnlyList<StockCommand> commands) =>
        [.. commands.Where(c => c is ReleaseCommand or ShipCommand).SelectMany(c => c.OrderIds).Distinct()];

    private static IReadOnlyList<ShortLevel> Shortages(NpgsqlDataReader reader) =>
        reader.IsDBNull(2)
            ? []
            : JsonSerializer.Deserialize<List<ShortLevel>>(reader.GetString(2), JsonSerializerOptions.Web)!;
}
