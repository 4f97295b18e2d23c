using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Reads and locks the rows that a group of commands needs: reservations, holds and documents, then SKUs, each in the
/// order of its key, so that concurrent transactions wait for each other and never deadlock. Two round trips serve the
/// whole group; a third is for items with a limit per customer.
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
    /// <param name="Skus">A JSON array.</param>
    private sealed record LockedHoldRow(
        Guid Id,
        string Customer,
        string State,
        DateTimeOffset ExpiresAt,
        Guid? EntryId,
        string ClaimedBy,
        DateTimeOffset? ClaimedAt,
        string Skus
    );

    private sealed record ShippedUnitsRow(Guid OrderId, string Sku, string Location, long Units);

    private sealed record ReallocationsRow(Guid OrderId, long Last);

    private sealed record CustomerUnitsRow(string Customer, string Sku, long Units);

    /// <summary>Everything that the commands need; their SKUs are locked when it returns.</summary>
    public static async Task<(LoadedStock Loaded, List<Level> Levels)> LoadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (named, skus) = await LoadNamedAsync(connection, commands, now, cancellationToken);
        var (loaded, levels) = await LoadLevelsAsync(connection, commands, named, skus, cancellationToken);
        loaded = await LoadCountedUnitsAsync(connection, commands, loaded, cancellationToken);
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
        await using var batch = new LookupBatch(connection);
        var reservations = batch.Add<ReservationRow>(StockLoadStatements.LockReservations, orders);
        var claimedSkus = batch.Add<SkuRow>(StockLoadStatements.ClaimedSkus, ReleasedOrShipped(commands));
        var responses = batch.Add<IdempotencyRow>(
            StockLoadStatements.RecordedResponses,
            keys.Select(k => k.KeyOwner).ToArray(),
            keys.Select(k => k.Key).ToArray()
        );
        var holds = batch.Add<LockedHoldRow>(
            StockLoadStatements.LockHolds,
            namedHolds,
            changedSkus,
            now.UtcDateTime,
            released
        );
        var documents = batch.Add<InboundRow>(StockLoadStatements.LockDocuments, (object)references);
        var documentLines = batch.Add<InboundLineRow>(StockLoadStatements.DocumentLines, (object)references);
        await batch.ExecuteAsync(cancellationToken);

        var linesOfDocuments = documentLines.ToLookup(l => l.Reference, StringComparer.Ordinal);
        skus.UnionWith(claimedSkus.Select(s => s.Sku));
        skus.UnionWith(holds.SelectMany(h => JsonSerializer.Deserialize<string[]>(h.Skus)!));
        skus.UnionWith(documentLines.Select(l => l.Sku));
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
                Holds = holds.ToDictionary(h => h.Id, ToHold),
                Documents = documents.ToDictionary(
                    d => d.Reference,
                    d => ToDocument(d, linesOfDocuments[d.Reference]),
                    StringComparer.Ordinal
                ),
            },
            [.. skus]
        );
    }

    /// <summary>
    /// Locks the SKUs and reads what their locks protect. A statement sees what was committed before it began, so
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
        var orders = commands.OfType<ReserveCommand>().SelectMany(r => r.Orders);

        // Orders that may not wait need no queue: a rush on a sold-out SKU does not load its backorders and its
        // waitlist.
        var queuedSkus =
            commands.Any(c => c is not ReserveCommand)
            || named.Holds.Count > 0
            || named.Reservations.Count > 0
            || orders.Any(o => o.OnShortage == ShortagePolicy.Backorder)
                ? skus
                : [];
        // Movements at a location without a level need its rules.
        var locations = commands
            .SelectMany(c => c.Locations)
            .Concat(named.Documents.Values.SelectMany(d => (string?[])[d.Location, d.Source]).OfType<string>())
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var shippedOrders = commands.Where(c => c is ShipCommand or ReturnCommand).SelectMany(c => c.OrderIds);
        var moved = commands.OfType<MoveAllocationCommand>().Select(c => c.OrderId.ToString());

        await using var batch = new LookupBatch(connection);
        var items = batch.Add<ItemTermsRow>(StockLoadStatements.LockItems, (object)skus);
        var levels = batch.Add<LevelWithPriorityRow>(StockLoadStatements.Levels, (object)skus);
        var holdLines = batch.Add<HoldLineRow>(StockLoadStatements.HoldLines, named.Holds.Keys.ToArray());
        var allocations = batch.Add<Allocation>(StockLoadStatements.OpenAllocations, ReleasedOrShipped(commands));
        var shipped = batch.Add<ShippedUnitsRow>(StockLoadStatements.ShippedUnits, shippedOrders.Distinct().ToArray());
        var reallocations = batch.Add<ReallocationsRow>(
            StockLoadStatements.Reallocations,
            (object)moved.Distinct().ToArray()
        );
        var backorders = batch.Add<BackorderRow>(StockLoadStatements.OpenBackorders, (object)queuedSkus);
        var waitlist = batch.Add<WaitlistRow>(StockLoadStatements.OpenWaitlistEntries, (object)queuedSkus);
        var expected = batch.Add<ExpectedReceipt>(StockLoadStatements.ExpectedReceipts, (object)queuedSkus);
        var declared = batch.Add<LocationTermsRow>(StockLoadStatements.Locations, (object)locations);
        await batch.ExecuteAsync(cancellationToken);

        var linesOfHolds = holdLines.ToLookup(l => l.HoldId);
        return (
            named with
            {
                Holds = named.Holds.ToDictionary(
                    h => h.Key,
                    h => h.Value with { Lines = [.. linesOfHolds[h.Key].Select(ToHoldLine)] }
                ),
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
    /// With the units that count towards limits per customer. Few items have one.
    /// </summary>
    private static async Task<LoadedStock> LoadCountedUnitsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockCommand> commands,
        LoadedStock loaded,
        CancellationToken cancellationToken
    )
    {
        var limited = loaded.Items.Where(i => i.Value.MaxPerCustomer is not null).Select(i => i.Key).ToHashSet();
        if (limited.Count == 0)
            return loaded;
        var buyers = commands
            .OfType<ReserveCommand>()
            .SelectMany(r => r.Orders)
            .Where(o => o.Customer is not null)
            .SelectMany(o => o.Lines, (o, l) => (Customer: o.Customer!, l.Sku))
            .Concat(commands.OfType<PlaceHoldCommand>().SelectMany(h => h.Skus, (h, sku) => (h.Customer, Sku: sku)))
            .Concat(commands.OfType<JoinWaitlistCommand>().Select(j => (j.Customer, j.Sku)))
            .Concat(loaded.Waitlist.Select(w => (w.Customer, w.Sku)))
            .Where(b => limited.Contains(b.Sku))
            .Distinct()
            .ToList();
        var (customers, skus) = (buyers.ConvertAll(b => b.Customer).ToArray(), buyers.ConvertAll(b => b.Sku).ToArray());
        await using var batch = new LookupBatch(connection);
        var bought = batch.Add<CustomerUnitsRow>(StockLoadStatements.BoughtUnits, customers, skus);
        var held = batch.Add<CustomerUnitsRow>(StockLoadStatements.HeldLessReturnedUnits, customers, skus);
        await batch.ExecuteAsync(cancellationToken);
        return loaded with
        {
            CountedUnits = bought
                .Concat(held)
                .GroupBy(c => (c.Customer, c.Sku))
                .ToDictionary(g => g.Key, g => g.Sum(c => c.Units)),
        };
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
        await using var batch = new LookupBatch(connection);
        var allocations = batch.Add<Allocation>(
            StockLoadStatements.OpenAllocationsOfSkus,
            ReleasedOrShipped(commands),
            skus
        );
        var holds = batch.Add<UnitsOnHold>(StockLoadStatements.HoldsOfSkus, (object)skus);
        await batch.ExecuteAsync(cancellationToken);
        return loaded with { OpenAllocations = allocations, HoldClaims = holds };
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

    /// <summary>Without its lines, which are read when its SKUs are locked.</summary>
    private static Hold ToHold(LockedHoldRow row) =>
        new(
            row.Id,
            row.Customer,
            EnumNames.Parse<HoldState>(row.State),
            row.ExpiresAt,
            [],
            row.EntryId,
            Hold.ParseClaims(row.ClaimedBy),
            row.ClaimedAt
        );

    private static HoldLine ToHoldLine(HoldLineRow row) => new(row.Sku, row.Location, row.Quantity, row.Used);

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
