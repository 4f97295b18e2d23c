using CsCheck;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>
/// The invariants of docs/goals.md hold after every transaction, for any sequence of commands and any jump of the clock.
/// There are few ids and keys, so that repetitions, conflicts and late commands are common.
/// </summary>
public sealed class StockInvariantTests
{
    private const int Limit = 6;
    private static readonly string[] Skus = ["cup", "tea"];
    private static readonly string[] Places = ["main", "north"];
    private static readonly string[] Customers = ["alice", "bob"];
    private static readonly Guid[] Ids = [.. Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7())];
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, ItemTerms> Items = new()
    {
        ["cup"] = new(true, BackorderLimit: 7, LowStockAt: 2),
        ["tea"] = new(true, BackorderLimit: 3, MaxPerCustomer: Limit),
    };

    private static readonly Gen<string> Sku = Gen.OneOf(Skus);
    private static readonly Gen<string> Place = Gen.OneOf(Places);
    private static readonly Gen<string> Customer = Gen.OneOf(Customers);
    private static readonly Gen<bool> Few = Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)));
    private static readonly Gen<Guid> Id = Gen.OneOf(Ids);
    private static readonly Gen<List<OrderedUnits>> Lines = Gen.Select(Sku, Gen.Int[1, 5], (sku, quantity) =>
        new OrderedUnits(sku, quantity)
    ).List[1, 3];

    private static readonly Gen<Func<Tables, string, DateTimeOffset, StockCommand>> Commands = Gen.Frequency(
        (
            2,
            from order in Id
            from quantity in Gen.Int[1, 3]
            select Make((tables, key, _) => Returned(tables, key, order, quantity))
        ),
        (
            6,
            from order in Gen.Int[0, 5]
            from lines in Lines
            from customer in Customer
            from policy in Gen.Enum<ShortagePolicy>()
            from hold in Gen.Int[0, 3]
            select Make(
                (tables, _, _) =>
                    new ReserveCommand([
                        new ReserveOrder(
                            Ids[order],
                            lines,
                            customer,
                            order,
                            policy,
                            tables.Holds.Keys.ElementAtOrDefault(hold) is var id && id == default ? null : id
                        ),
                    ])
            )
        ),
        (3, Id.Select(id => Make((_, _, _) => new ReleaseCommand([id])))),
        (2, Id.Select(id => Make((_, key, _) => new ShipCommand(key, [1], id, null, "olga")))),
        (
            3,
            from id in Id
            from sku in Sku
            from there in Gen.Bool
            from quantity in Gen.Int[1, 3]
            select Make(
                (_, key, _) =>
                    new MoveAllocationCommand(
                        key,
                        [1],
                        id,
                        sku,
                        Places[there ? 0 : 1],
                        Places[there ? 1 : 0],
                        quantity,
                        "olga",
                        "r"
                    )
            )
        ),
        (
            3,
            from order in Id
            from lines in Lines
            select Make((_, key, _) => new ReleaseUnitsCommand(key, [1], order, 1 + int.Parse(key), lines, "olga"))
        ),
        (
            4,
            from sku in Sku
            from place in Place
            from quantity in Gen.Int[-3, 8]
            where quantity != 0
            from setAside in Few
            select Make(
                (_, key, _) =>
                    new BookCommand(
                        key,
                        [1],
                        quantity > 0 ? MovementKind.Received : MovementKind.Adjusted,
                        key,
                        "olga",
                        "r",
                        [new StockLine(sku, place, quantity)],
                        setAside
                    )
            )
        ),
        (
            2,
            from sku in Sku
            from place in Place
            from counted in Gen.Int[0, 8]
            from mayFall in Gen.Bool
            from setAside in Gen.Int[0, counted].Nullable()
            select Make(
                (_, key, _) => new CountCommand(key, [1], sku, place, counted, null, mayFall, "olga", "r", setAside)
            )
        ),
        (
            2,
            from sku in Sku
            from place in Place
            from quantity in Gen.Int[-2, 3]
            where quantity != 0
            select Make((_, key, _) => new WithholdCommand(key, [1], new StockLine(sku, place, quantity), "olga", "r"))
        ),
        (
            3,
            from lines in Lines
            from customer in Customer
            from minutes in Gen.Int[1, 20]
            select Make(
                (_, key, now) =>
                    new PlaceHoldCommand(
                        key,
                        [1],
                        Guid.CreateVersion7(now),
                        customer,
                        lines,
                        now.AddMinutes(minutes),
                        customer
                    )
            )
        ),
        (
            2,
            from which in Gen.Int[0, 9]
            from minutes in Gen.Int[1, 20]
            select Make(
                (tables, key, now) =>
                    new ExtendHoldCommand(
                        key,
                        [1],
                        tables.Holds.Keys.ElementAtOrDefault(which),
                        null,
                        now.AddMinutes(minutes),
                        "olga"
                    )
            )
        ),
        (
            2,
            Gen.Int[0, 9]
                .Select(which =>
                    Make(
                        (tables, key, _) =>
                            new ReleaseHoldCommand(key, [1], tables.Holds.Keys.ElementAtOrDefault(which), null, "olga")
                    )
                )
        ),
        (
            3,
            from sku in Sku
            from customer in Customer
            from quantity in Gen.Int[1, 4]
            select Make(
                (_, key, now) => new JoinWaitlistCommand(key, [1], Guid.CreateVersion7(now), sku, customer, quantity)
            )
        ),
        (
            1,
            from sku in Sku
            from customer in Customer
            select Make((_, key, _) => new LeaveWaitlistCommand(key, [1], sku, customer))
        ),
        (
            2,
            from lines in Lines
            from transfer in Gen.Bool
            from setAside in Few
            select Make(
                (_, key, now) =>
                    new OpenInboundCommand(
                        key,
                        [1],
                        key,
                        transfer ? "north" : "main",
                        transfer ? "main" : null,
                        now.AddDays(1),
                        lines,
                        "olga",
                        "r",
                        setAside
                    )
            )
        ),
        (
            3,
            from which in Gen.Int[0, 5]
            from lines in Lines
            from setAside in Few
            select Make(
                (tables, key, _) =>
                    new ReceiveInboundCommand(
                        key,
                        [1],
                        tables.Documents.Keys.ElementAtOrDefault(which) ?? "none",
                        lines,
                        "olga",
                        "r",
                        setAside
                    )
            )
        ),
        (
            1,
            from which in Gen.Int[0, 5]
            from back in Gen.Bool
            select Make(
                (tables, key, _) =>
                    new CloseInboundCommand(
                        key,
                        [1],
                        tables.Documents.Keys.ElementAtOrDefault(which) ?? "none",
                        back,
                        "olga",
                        "r"
                    )
            )
        )
    );

    [Fact]
    public void G01_Every_number_holds_after_every_transaction() =>
        Gen.Select(Commands.List[1, 3], Gen.Int[0, 10], Gen.Int[0, 9])
            .List[1, 40]
            .Sample(
                groups =>
                {
                    var items = Items.ToDictionary();
                    var tables = new Tables(items);
                    var (now, key) = (Start, 0);
                    foreach (var (group, minutes, change) in groups)
                    {
                        now = now.AddMinutes(minutes);

                        // An item becomes a service or is stocked again, or it is taken off sale or put on sale again:
                        // what was promised of it stands.
                        var changed = Skus[change % Skus.Length];
                        if (change < 4)
                            items[changed] =
                                change < 2
                                    ? items[changed] with
                                    {
                                        Stocked = !items[changed].Stocked,
                                    }
                                    : items[changed] with
                                    {
                                        OnSale = !items[changed].OnSale,
                                    };
                        var (before, queued, line) = (
                            tables.Holds.ToDictionary(),
                            tables.Backorders.ToDictionary(),
                            tables.Waitlist.ToDictionary()
                        );
                        var decisions = tables.Begin(now);
                        if (change is 2 or 3)
                            decisions.Decide(new ServeQueueCommand(changed));
                        foreach (var command in group)
                            decisions.Decide(command(tables, $"{key++}", now));
                        decisions.Conclude();
                        tables.Commit(decisions);

                        TheLevelsAreWhatClaimsAndDocumentsSay(tables);
                        NobodyWaitsForWhatIsThere(tables, items);
                        EachHoldEndsOnceAndNoneIsUsedAfterItsTime(tables, before, now);
                        WhoCameFirstIsServedFirst(tables, queued, line);
                    }

                    TheLedgerTells(tables);
                    NoCustomerHasMoreThanTheirShare(tables);
                },
                iter: Samples.Sequences
            );

    private static void TheLevelsAreWhatClaimsAndDocumentsSay(Tables tables)
    {
        foreach (var level in tables.Levels.Values)
        {
            var (sku, place, quantities) = (level.Sku, level.Location, level.Quantities);
            quantities.OnHand.Should().BeGreaterThanOrEqualTo(0);
            quantities.Unavailable.Should().BeInRange(0, quantities.OnHand, "I-05");
            quantities
                .Allocated.Should()
                .Be(tables.Open.Where(a => (a.Sku, a.Location) == (sku, place)).Sum(a => a.Quantity), "I-04");
            quantities
                .Held.Should()
                .Be(
                    tables
                        .Holds.Values.Where(h => h.State == HoldState.Active)
                        .SelectMany(h => h.Left)
                        .Where(l => (l.Sku, l.Location) == (sku, place))
                        .Sum(l => l.Quantity),
                    "I-04"
                );
            quantities
                .Incoming.Should()
                .Be(
                    tables
                        .Documents.Values.Where(d => d.Location == place)
                        .SelectMany(d => d.Lines)
                        .Where(l => l.Sku == sku)
                        .Sum(l => (long)l.Remaining),
                    "what is announced and has not come"
                );
            level
                .Short.Should()
                .Be(
                    Math.Max(-level.Quantities.Balance, 0),
                    "I-06: a shortage is exactly what is promised and not there"
                );
        }

        foreach (var sku in Skus)
        {
            var physical = tables.Movements.Where(m => m.Sku == sku && m.Kind.IsPhysical()).ToList();
            physical
                .Sum(m => m.Quantity)
                .Should()
                .Be((int)tables.Levels.Values.Where(l => l.Sku == sku).Sum(l => l.Quantities.OnHand), "I-08");
            tables
                .Backorders.Values.Where(b => b.Sku == sku)
                .Sum(b => b.Left)
                .Should()
                .BeLessThanOrEqualTo(Items[sku].BackorderLimit, "I-06");
        }
    }

    private static void NobodyWaitsForWhatIsThere(Tables tables, IReadOnlyDictionary<string, ItemTerms> items)
    {
        foreach (var sku in Skus)
        {
            var available = tables.Levels.Values.Where(l => l.Sku == sku).Sum(l => Math.Max(l.Available, 0));
            if (available == 0)
                continue;
            // Not NotContain: it would compile an expression each time, and spend more time on it than all rules take.
            tables.Backorders.Values.Where(b => b.Sku == sku && b.Left > 0).Should().BeEmpty("I-07, I-12");
            tables
                .Waitlist.Values.Where(w =>
                    items[sku].OnSale
                    && w.Sku == sku
                    && w.State == WaitlistEntryState.Waiting
                    && !IsAtTheLimit(tables, w)
                )
                .Should()
                .BeEmpty("I-07");
        }

        foreach (var offer in tables.Holds.Values.Where(h => h.EntryId is not null && h.State == HoldState.Active))
            tables.Waitlist[offer.EntryId!.Value].State.Should().Be(WaitlistEntryState.Offered, "I-13");
        tables
            .Waitlist.Values.Count(w => w.State == WaitlistEntryState.Offered)
            .Should()
            .Be(tables.Holds.Values.Count(h => h.EntryId is not null && h.State == HoldState.Active), "I-13");
    }

    private static void WhoCameFirstIsServedFirst(
        Tables tables,
        Dictionary<(Guid, string), Backorder> queued,
        Dictionary<Guid, WaitlistEntry> line
    )
    {
        foreach (var (key, old) in queued.Where(q => tables.Backorders[q.Key].Filled > q.Value.Filled))
            queued
                .Values.Where(q => q.Sku == old.Sku && q.OrderNumber < old.OrderNumber)
                .Where(q => tables.Backorders[new(q.OrderId, q.Sku)].Left > 0)
                .Should()
                .BeEmpty("I-12: {0} was served", key);
        foreach (
            var old in line.Values.Where(w =>
                w.State == WaitlistEntryState.Waiting
                && tables.Waitlist[w.Id].State != WaitlistEntryState.Waiting
                && tables.Waitlist[w.Id].State != WaitlistEntryState.Left
            )
        )
            line.Values.Where(w => w.Sku == old.Sku && w.Position < old.Position)
                .Where(w => tables.Waitlist[w.Id].State == WaitlistEntryState.Waiting && !IsAtTheLimit(tables, w))
                .Should()
                .BeEmpty("the line moves from its head");
    }

    private static void EachHoldEndsOnceAndNoneIsUsedAfterItsTime(
        Tables tables,
        Dictionary<Guid, Hold> before,
        DateTimeOffset now
    )
    {
        foreach (var (id, hold) in before)
        {
            if (hold.State != HoldState.Active)
                tables.Holds[id].Should().Be(hold, "I-11: what has ended stays as it is");
            else if (hold.ExpiresAt <= now)
                tables.Holds[id].State.Should().Be(HoldState.Expired, "I-11");
        }
    }

    private static void NoCustomerHasMoreThanTheirShare(Tables tables)
    {
        foreach (var customer in Customers)
            Has(tables, customer, "tea").Should().BeLessThanOrEqualTo(Limit, "I-21");
    }

    private static bool IsAtTheLimit(Tables tables, WaitlistEntry entry) =>
        entry.Sku == "tea" && Has(tables, entry.Customer, "tea") >= Limit;

    /// <summary>Units that a customer has, waits for, holds or is offered, less those that came back.</summary>
    private static long Has(Tables tables, string customer, string sku)
    {
        var orders = tables
            .Reservations.Where(r => r.Value.Customer == customer && r.Value.IsClaiming)
            .Select(r => r.Key)
            .ToHashSet();
        return tables.Allocations.Where(a => a.Sku == sku && orders.Contains(a.OrderId)).Sum(a => (long)a.Quantity)
            + tables.Backorders.Values.Where(b => b.Sku == sku && orders.Contains(b.OrderId)).Sum(b => (long)b.Left)
            - tables
                .Movements.Where(m => m.Sku == sku && m.Kind == MovementKind.Returned)
                .Where(m => Guid.TryParse(m.Cause.Id, out var order) && orders.Contains(order))
                .Sum(m => (long)m.Quantity)
            + tables
                .Holds.Values.Where(h => h.Customer == customer && h.State == HoldState.Active)
                .SelectMany(h => h.Left)
                .Where(l => l.Sku == sku)
                .Sum(l => l.Quantity);
    }

    /// <summary>
    /// Sequences without gaps, a chain of hashes, levels that equal their last row, and each cause once per kind, level
    /// and step.
    /// </summary>
    private static void TheLedgerTells(Tables tables)
    {
        foreach (var rows in tables.Movements.GroupBy(m => (m.Sku, m.Location)))
        {
            var hash = Array.Empty<byte>();
            var onHand = 0L;
            foreach (var (row, index) in rows.Select((row, index) => (row, index)))
            {
                row.Sequence.Should().Be(index + 1);
                onHand += row.Kind.IsPhysical() ? row.Quantity : 0;
                row.After.OnHand.Should().Be(onHand, "I-02, I-03");
                row.After.Unavailable.Should().BeInRange(0, row.After.OnHand, "I-05");
                hash = row.HashAfter(hash);
            }

            var level = tables.Levels[rows.Key];
            (level.Sequence, level.Quantities).Should().Be((rows.Last().Sequence, rows.Last().After));
            level.Hash.Should().Equal(hash);
        }

        tables
            .Movements.Select(m => (m.Cause.Id, m.Kind, m.Sku, m.Location, m.Step))
            .Should()
            .OnlyHaveUniqueItems("I-09");
        tables.Allocations.Select(a => (a.OrderId, a.Sku, a.Location, a.Step)).Should().OnlyHaveUniqueItems();
    }

    /// <summary>The return of units that were shipped and have not come back; none where there are none.</summary>
    private static ReturnCommand Returned(Tables tables, string key, Guid order, int quantity)
    {
        var returned = tables
            .Movements.Where(m => m.Kind == MovementKind.Returned && m.Cause.Id == order.ToString())
            .ToList();
        var lines = tables
            .Shipments.Where(s => s.OrderId == order)
            .GroupBy(s => s.Sku)
            .Select(g =>
                (Sku: g.Key, Left: g.Sum(s => s.Quantity) - returned.Where(r => r.Sku == g.Key).Sum(r => r.Quantity))
            )
            .Where(s => s.Left > 0)
            .Select(s => new ReturnedUnits(s.Sku, (int)Math.Min(quantity, s.Left), Disposition.Restock, Places[0]));
        return new ReturnCommand(key, [1], order, int.Parse(key) + 1, [.. lines], "olga");
    }

    private static Func<Tables, string, DateTimeOffset, StockCommand> Make(
        Func<Tables, string, DateTimeOffset, StockCommand> make
    ) => make;
}
