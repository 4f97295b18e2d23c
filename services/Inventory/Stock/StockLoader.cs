using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Reads and locks the rows that a group of commands needs: reservations, holds and documents, then levels, each in the
/// order of its key, so that concurrent transactions wait for each other and never deadlock. Two round trips serve the
/// whole group.
/// </summary>
internal static class StockLoader
{
    private sealed record SkuRow(string Sku);

    private sealed record ItemTermsRow(
        string Sku,
        bool Stocked,
        int BackorderLimit,
        int? MaxPerCustomer,
        int? LowStockAt,
        bool OnSale
    );

    private sealed record LevelWithPriorityRow(
        string Sku,
        string Location,
        long OnHand,
        long Allocated,
        long Held,
        long Unavailable,
        long Incoming,
        long Short,
        long Sequence,
        byte[] Hash,
        int? Priority,
        bool Sold
    );

    private sealed record LocationTermsRow(string Location, int Priority, bool Sold);

    private sealed record LocationNameRow(string Location);

    /// <param name="ClaimedBy">Ids of orders, with commas between.</param>
    private sealed record LockedHoldRow(
        Guid Id,
        string Customer,
        string State,
        DateTimeOffset ExpiresAt,
        Guid? EntryId,
        string ClaimedBy,
        DateTimeOffset? ClaimedAt
    );

    private sealed record ShippedUnitsRow(Guid OrderId, string Sku, string Location, long Units);

    private sealed record ReallocationsRow(Guid OrderId, long Last);

    private sealed record CustomerUnitsRow(string Customer, string Sku, long Units);

    /// <summary>Everything that the commands need; the levels are locked when it returns.</summary>
    public static async Task<(LoadedStock Loaded, List<Level> Levels)> LoadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (named, skus) = await LoadNamedAsync(connection, commands, now, cancellationToken);
        var (loaded, levels) = await LoadLevelsAsync(connection, commands, named, skus, cancellationToken);
        loaded = await LoadClaimsOfCountsAsync(connection, commands, loaded, levels, cancellationToken);
        if (commands.SelectMany(c => c.Locations).Any(l => !loaded.Locations.ContainsKey(l)))
            loaded = loaded with { LocationNames = await LoadLocationNamesAsync(connection, cancellationToken) };
        var repaired = commands
            .OfType<RepairCommand>()
            .SelectMany(r => r.Skus)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        if (repaired.Length > 0)
            loaded = loaded with
            {
                Damage = await StockDamageLoader.LoadAsync(connection, repaired, cancellationToken),
            };
        return (loaded, levels);
    }

    /// <summary>The rows that the commands name, and all SKUs whose levels the decisions may change.</summary>
    private static async Task<(LoadedStock Loaded, string[] Skus)> LoadNamedAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var skus = commands.SelectMany(c => c.Skus).ToHashSet(StringComparer.Ordinal);
        var orders = commands.SelectMany(c => c.OrderIds).Distinct().ToArray();
        var namedHolds = commands.SelectMany(c => c.HoldIds).Distinct().ToArray();
        var references = commands.SelectMany(c => c.Documents).Distinct(StringComparer.Ordinal).ToArray();
        var keys = commands.OfType<KeyedCommand>().Select(c => (c.KeyOwner, c.Key)).Distinct().ToList();

        // A repair does not expire the holds of its SKUs: a hold whose units its level does not count as held cannot be
        // released before the level is repaired.
        var changedSkus = commands
            .Where(c => c is not RepairCommand)
            .SelectMany(c => c.Skus)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var released = commands.OfType<ReleaseCommand>().SelectMany(r => r.Orders).Distinct().ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(StockLoadStatements.LockReservations, orders);
        batch.Add(StockLoadStatements.ClaimedSkus, ReleasedOrShipped(commands));
        batch.Add(
            StockLoadStatements.RecordedResponses,
            keys.Select(k => k.KeyOwner).ToArray(),
            keys.Select(k => k.Key).ToArray()
        );
        batch.Add(StockLoadStatements.LockHolds, namedHolds, changedSkus, now.UtcDateTime, released);
        batch.Add(StockLoadStatements.HoldLines, namedHolds, changedSkus, now.UtcDateTime, released);
        batch.Add(StockLoadStatements.LockDocuments, references);
        batch.Add(StockLoadStatements.DocumentLines, references);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var reservations = await reader.ReadAllAsync<ReservationRow>(cancellationToken);
        var claimedSkus = await reader.ReadNextAsync<SkuRow>(cancellationToken);
        var responses = await reader.ReadNextAsync<IdempotencyRow>(cancellationToken);
        var holds = await reader.ReadNextAsync<LockedHoldRow>(cancellationToken);
        var holdLines = (await reader.ReadNextAsync<HoldLineRow>(cancellationToken)).ToLookup(l => l.HoldId);
        var documents = await reader.ReadNextAsync<InboundRow>(cancellationToken);
        var documentLines = (await reader.ReadNextAsync<InboundLineRow>(cancellationToken)).ToLookup(
            l => l.Reference,
            StringComparer.Ordinal
        );

        skus.UnionWith(claimedSkus.Select(s => s.Sku));
        skus.UnionWith(holds.SelectMany(h => holdLines[h.Id]).Select(l => l.Sku));
        skus.UnionWith(documentLines.SelectMany(lines => lines).Select(l => l.Sku));
        return (
            new LoadedStock
            {
                Reservations = reservations.ToDictionary(
                    r => r.OrderId,
                    r => new Reservation(EnumNames.Parse<ReservationState>(r.State), Shortages(r.Shortages), r.Customer)
                ),
                Responses = responses.ToDictionary(
                    r => (r.Owner, r.Key),
                    r => new RecordedResponse(r.Fingerprint, r.Response)
                ),
                Holds = holds.ToDictionary(h => h.Id, h => ToHold(h, holdLines[h.Id])),
                Documents = documents.ToDictionary(
                    d => d.Reference,
                    d => ToDocument(d, documentLines[d.Reference]),
                    StringComparer.Ordinal
                ),
            },
            [.. skus]
        );
    }

    /// <summary>
    /// Locks the levels and reads what their locks protect. A statement sees what was committed before it began, so
    /// these statements must follow the one that locks.
    /// </summary>
    private static async Task<(LoadedStock Loaded, List<Level> Levels)> LoadLevelsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        LoadedStock named,
        string[] skus,
        CancellationToken cancellationToken
    )
    {
        var orders = commands.OfType<ReserveCommand>().SelectMany(r => r.Orders).ToList();
        var holds = commands.OfType<PlaceHoldCommand>();
        var joins = commands.OfType<JoinWaitlistCommand>();

        // Orders that may not wait need no queue: a rush on a sold-out SKU does not load its backorders and its
        // waitlist.
        var queuedSkus =
            commands.Any(c => c is not ReserveCommand)
            || named.Holds.Count > 0
            || named.Reservations.Count > 0
            || orders.Any(o => o.OnShortage == ShortagePolicy.Backorder)
                ? skus
                : [];
        var customerSkus = orders
            .Where(o => o.Customer is not null)
            .SelectMany(o => o.Lines, (o, l) => (Customer: o.Customer!, l.Sku))
            .Concat(holds.SelectMany(h => h.Skus, (h, sku) => (h.Customer, Sku: sku)))
            .Concat(joins.Select(j => (j.Customer, j.Sku)))
            .Distinct()
            .ToList();

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(StockLoadStatements.LockLevels, skus);
        batch.Add(StockLoadStatements.Items, skus);
        batch.Add(StockLoadStatements.OpenAllocations, ReleasedOrShipped(commands));
        batch.Add(
            StockLoadStatements.ShippedUnits,
            commands.Where(c => c is ShipCommand or ReturnCommand).SelectMany(c => c.OrderIds).Distinct().ToArray()
        );
        batch.Add(
            StockLoadStatements.Reallocations,
            (object)commands.OfType<MoveAllocationCommand>().Select(c => c.OrderId.ToString()).Distinct().ToArray()
        );
        batch.Add(StockLoadStatements.OpenBackorders, queuedSkus);
        batch.Add(StockLoadStatements.OpenWaitlistEntries, queuedSkus);
        var customers = customerSkus.Select(c => c.Customer).ToArray();
        var limitedSkus = customerSkus.Select(c => c.Sku).ToArray();
        batch.Add(StockLoadStatements.BoughtUnits, customers, limitedSkus, queuedSkus);
        batch.Add(StockLoadStatements.HeldLessReturnedUnits, customers, limitedSkus, queuedSkus);
        batch.Add(StockLoadStatements.ExpectedReceipts, queuedSkus);
        // Movements at a location without a level need its rules.
        var locations = commands
            .SelectMany(c => c.Locations)
            .Concat(named.Documents.Values.SelectMany(d => (string?[])[d.Location, d.Source]).OfType<string>())
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        batch.Add(StockLoadStatements.Locations, (object)locations);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        var levels = await reader.ReadAllAsync<LevelWithPriorityRow>(cancellationToken);
        var items = await reader.ReadNextAsync<ItemTermsRow>(cancellationToken);
        var allocations = await reader.ReadNextAsync<Allocation>(cancellationToken);
        var shipped = await reader.ReadNextAsync<ShippedUnitsRow>(cancellationToken);
        var reallocations = await reader.ReadNextAsync<ReallocationsRow>(cancellationToken);
        var backorders = await reader.ReadNextAsync<BackorderRow>(cancellationToken);
        var waitlist = await reader.ReadNextAsync<WaitlistRow>(cancellationToken);
        var counted = await reader.ReadNextAsync<CustomerUnitsRow>(cancellationToken);
        counted.AddRange(await reader.ReadNextAsync<CustomerUnitsRow>(cancellationToken));
        var expected = await reader.ReadNextAsync<ExpectedReceipt>(cancellationToken);
        var declared = await reader.ReadNextAsync<LocationTermsRow>(cancellationToken);
        return (
            named with
            {
                Items = items.ToDictionary(
                    i => i.Sku,
                    i => new ItemTerms(i.Stocked, i.BackorderLimit, i.MaxPerCustomer, i.LowStockAt, i.OnSale),
                    StringComparer.Ordinal
                ),
                OpenAllocations = allocations,
                ShippedUnits = shipped.ToDictionary(s => (s.OrderId, s.Sku, s.Location), s => s.Units),
                Reallocations = reallocations.ToDictionary(r => r.OrderId, r => r.Last),
                Backorders = backorders.ConvertAll(ToBackorder),
                Waitlist = waitlist.ConvertAll(ToWaitlistEntry),
                CountedUnits = counted
                    .GroupBy(c => (c.Customer, c.Sku))
                    .ToDictionary(g => g.Key, g => g.Sum(c => c.Units)),
                ExpectedReceipts = expected,
                Locations = declared.ToDictionary(
                    l => l.Location,
                    l => new LocationTerms(l.Priority, l.Sold),
                    StringComparer.Ordinal
                ),
            },
            levels.ConvertAll(ToLevel)
        );
    }

    /// <summary>
    /// With all claims on the SKUs whose counts may leave claims without units, or whose counted level is short already:
    /// each of them may have to be named.
    /// </summary>
    private static async Task<LoadedStock> LoadClaimsOfCountsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        LoadedStock loaded,
        List<Level> levels,
        CancellationToken cancellationToken
    )
    {
        var skus = commands
            .OfType<CountCommand>()
            .Where(c => c.MayFallShort || levels.Any(l => l is { Short: > 0 } && l.Sku == c.Sku))
            .Select(c => c.Sku)
            .ToArray();
        if (skus.Length == 0)
            return loaded;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(StockLoadStatements.OpenAllocationsOfSkus, ReleasedOrShipped(commands), skus);
        batch.Add(StockLoadStatements.HoldsOfSkus, (object)skus);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return loaded with
        {
            OpenAllocations = await reader.ReadAllAsync<Allocation>(cancellationToken),
            HoldClaims = await reader.ReadNextAsync<UnitsOnHold>(cancellationToken),
        };
    }

    private static async Task<List<string>> LoadLocationNamesAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<LocationNameRow>(StockLoadStatements.AllLocations, [], cancellationToken)
        ).ConvertAll(l => l.Location);

    /// <summary>
    /// Orders whose open allocations are released or shipped, wholly or in part, or moved, or that may go on with what is
    /// allocated.
    /// </summary>
    private static Guid[] ReleasedOrShipped(IReadOnlyList<StockCommand> commands) =>
        [
            .. commands
                .Where(c => c is ReleaseCommand or ReleaseUnitsCommand or ShipCommand or MoveAllocationCommand)
                .SelectMany(c => c.OrderIds)
                .Concat(
                    commands
                        .OfType<ReserveCommand>()
                        .SelectMany(r => r.Orders)
                        .Where(o => o.OnShortage == ShortagePolicy.Partial)
                        .Select(o => o.OrderId)
                )
                .Distinct(),
        ];

    private static IReadOnlyList<ShortLevel> Shortages(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<List<ShortLevel>>(json, JsonSerializerOptions.Web)!;

    private static Hold ToHold(LockedHoldRow row, IEnumerable<HoldLineRow> lines) =>
        new(
            row.Id,
            row.Customer,
            EnumNames.Parse<HoldState>(row.State),
            row.ExpiresAt,
            [.. lines.Select(l => new HoldLine(l.Sku, l.Location, l.Quantity, l.Used))],
            row.EntryId,
            Hold.ParseClaims(row.ClaimedBy),
            row.ClaimedAt
        );

    private static InboundDocument ToDocument(InboundRow row, IEnumerable<InboundLineRow> lines) =>
        new(
            row.Reference,
            row.Location,
            row.Source,
            row.ExpectedAt,
            EnumNames.Parse<InboundState>(row.State),
            row.Reason,
            [.. lines.Select(l => new InboundLine(l.Sku, l.Expected, l.Received, l.Closed))],
            row.Unavailable
        );

    private static Level ToLevel(LevelWithPriorityRow row) =>
        new(
            row.Sku,
            row.Location,
            new Quantities(row.OnHand, row.Allocated, row.Held, row.Unavailable, row.Incoming),
            row.Short,
            row.Sequence,
            row.Hash,
            row.Priority ?? Level.DefaultPriority,
            row.Sold
        );

    private static Backorder ToBackorder(BackorderRow row) =>
        new(
            row.OrderId,
            row.Sku,
            row.OrderNumber,
            row.Quantity,
            row.Filled,
            row.PromisedAt,
            EnumNames.Parse<BackorderState>(row.State)
        );

    private static WaitlistEntry ToWaitlistEntry(WaitlistRow row) =>
        new(row.Id, row.Sku, row.Customer, row.Quantity, row.Position, EnumNames.Parse<WaitlistEntryState>(row.State));
}
