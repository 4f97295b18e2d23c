using System.Collections.Concurrent;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>
/// Sixty-four clients at two replicas order, receive, count, transfer, hold, ship and cancel all at once. Ten thousand
/// orders;
/// <c>STOCK_STRESS_ORDERS</c> says otherwise.
/// </summary>
public sealed class StressTests
{
    private const int Clients = 64;
    private static readonly int Orders = int.Parse(
        Environment.GetEnvironmentVariable("STOCK_STRESS_ORDERS") ?? "10000",
        System.Globalization.CultureInfo.InvariantCulture
    );
    private static readonly string[] Skus = [.. Enumerable.Range(0, 200).Select(n => $"s{n:000}")];
    private static readonly string[] Places = ["main", "east", "north", "west"];

    /// <summary>Each query returns no row. docs/goals.md explains the invariants.</summary>
    private static readonly Dictionary<string, string> Violations = new()
    {
        ["I-02"] = """
            select count(*) from levels l where on_hand <> (select coalesce(sum(quantity), 0) from movements m
                where (m.sku, m.location) = (l.sku, l.location) and kind in ('received', 'shipped', 'adjusted', 'returned', 'transferred'))
            """,
        ["I-03"] =
            "select count(*) from levels l where sequence <> (select count(*) from movements m where (m.sku, m.location) = (l.sku, l.location))",
        ["I-04 allocated"] = """
            with claimed as (select a.sku, a.location, sum(a.quantity) as units from allocations a join reservations r using (order_id)
                where r.state in ('allocated', 'backordered') group by 1, 2),
            shipped as (select s.sku, s.location, sum(s.quantity) as units from shipments s join reservations r using (order_id) where r.state in ('allocated', 'backordered') group by 1, 2)
            select count(*) from levels l left join claimed c using (sku, location) left join shipped g using (sku, location)
            where l.allocated <> coalesce(c.units, 0) - coalesce(g.units, 0)
            """,
        ["I-04 held"] = """
            select count(*) from levels l where held <> (select coalesce(sum(quantity - used), 0) from hold_lines x join holds h on h.id = x.hold_id
                where (x.sku, x.location) = (l.sku, l.location) and h.state = 'active')
            """,
        ["I-06 oversold"] =
            "select count(*) from levels where on_hand - unavailable - allocated - held < -short or short > greatest(0, allocated + held + unavailable - on_hand)",
        ["I-06 cap"] =
            "select count(*) from items i where backorder_limit < (select coalesce(sum(quantity - filled), 0) from backorders b where b.sku = i.sku and b.state = 'open')",
        ["I-07 undersold"] =
            "select count(*) from backorders b where state = 'open' and exists (select from levels l where l.sku = b.sku and on_hand - unavailable - allocated - held > 0)",
        ["I-14"] = """
            select count(*) from levels l where incoming <> (select coalesce(sum(greatest(0, expected - received - closed)), 0) from inbound_lines x join inbounds d using (reference)
                where (x.sku, d.location) = (l.sku, l.location))
            """,
        ["I-21"] = """
            select count(*) from (
                select r.customer, a.sku from reservations r join allocations a using (order_id) join items i using (sku)
                where r.state in ('allocated', 'backordered') and i.max_per_customer is not null group by 1, 2 having sum(a.quantity) > min(i.max_per_customer)) beyond
            """,
        ["deadlocks"] = "select deadlocks from pg_stat_database where datname = current_database()",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task G06_Whatever_sixty_four_clients_do_at_once_nothing_fails_and_every_number_holds(
        bool sessionsAreKilled
    )
    {
        await using var db = await InventoryDatabase.CreateAsync(Skus);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update items set backorder_limit = 9 where sku > 's100'; update items set max_per_customer = 40 where sku < 's020'"
        );
        var replicas = new[] { Replica(db), Replica(db) };
        foreach (var replica in replicas)
            await replica.StartAsync(TestContext.Current.CancellationToken);
        foreach (var sku in Skus)
            await replicas[0].RunAsync(Booking(new Random(7), sku, 40), TestContext.Current.CancellationToken);

        using var over = new CancellationTokenSource();
        var saboteur = sessionsAreKilled ? KillSessionsAsync(db, over.Token) : Task.FromResult(0L);
        var left = Orders;
        var outcomes = new ConcurrentBag<object>();
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        var random = new Random(number);
                        var (own, documents) = (new List<Guid>(), new List<string>());
                        while (Interlocked.Decrement(ref left) >= 0)
                        {
                            foreach (var command in Next(random, number, own, documents))
                                outcomes.Add(await SurelyAsync(replicas[random.Next(2)], command));
                        }
                    })
                )
        );
        await over.CancelAsync();
        (await saboteur > 0).Should().Be(sessionsAreKilled);

        var states = outcomes
            .OfType<ReserveResponse>()
            .SelectMany(r => r.Outcomes)
            .CountBy(o => o.State)
            .ToDictionary();
        states
            .Keys.Should()
            .Contain(
                [ReservationState.Allocated, ReservationState.OutOfStock, ReservationState.Backordered],
                "the shop was busy and short of some things"
            );
        states.Values.Sum().Should().Be(Orders);
        outcomes.OfType<CommandOutcome>().Count(a => a.Refusal is null).Should().BeGreaterThan(Orders / 4);
        foreach (var (what, violations) in Violations)
            (await db.NumberAsync(violations)).Should().Be(0, what);
        foreach (var replica in replicas)
            await replica.StopAsync(CancellationToken.None);

        // A caller without a response repeats the request with the same key.
        async Task<object> SurelyAsync(GroupCommit<StockCommand, object> replica, StockCommand command)
        {
            while (true)
            {
                try
                {
                    return await replica.RunAsync(command, TestContext.Current.CancellationToken);
                }
                catch (Exception e) when (sessionsAreKilled && TransientErrors.IsTransient(e))
                {
                    // The transaction may have been committed.
                }
            }
        }
    }

    private static GroupCommit<StockCommand, object> Replica(InventoryDatabase db) =>
        new(db.Writer().CommitAsync, StockUnitOfWork.GroupLimit);

    /// <summary>An order, and now and then something else before it.</summary>
    private static IEnumerable<StockCommand> Next(Random random, int client, List<Guid> own, List<string> documents)
    {
        var (sku, place, customer, key) = (
            Skus[random.Next(Skus.Length)],
            Places[random.Next(Places.Length)],
            $"c{random.Next(50)}",
            Guid.CreateVersion7().ToString()
        );
        switch (random.Next(12))
        {
            case 0 or 1:
                yield return Booking(random, sku, random.Next(1, 6));
                break;
            case 2 when own.Count > 0:
                yield return new ReleaseCommand([own[random.Next(own.Count)]]);
                break;
            case 3 when own.Count > 0:
                yield return new ShipCommand(key, [1], own[random.Next(own.Count)], null, "olga");
                break;
            case 4:
                yield return new CountCommand(
                    key,
                    [1],
                    sku,
                    place,
                    random.Next(0, 20),
                    null,
                    random.Next(2) == 0,
                    "olga",
                    "stocktake"
                );
                break;
            case 5:
                documents.Add(key);
                yield return new OpenInboundCommand(
                    key,
                    [1],
                    key,
                    place,
                    Places.First(p => p != place),
                    null,
                    [new(sku, 1), new(Skus[random.Next(Skus.Length)], 1)],
                    "olga",
                    "balance"
                );
                break;
            case 6 when documents.Count > 0:
                var document = documents[random.Next(documents.Count)];
                yield return random.Next(3) == 0
                    ? new CloseInboundCommand(key, [1], document, true, "olga", "not delivered")
                    : new ReceiveInboundCommand(key, [1], document, [new(sku, 1)], "olga", "delivered");
                break;
            case 7:
                var hold = Guid.CreateVersion7();
                yield return new PlaceHoldCommand(
                    key,
                    [1],
                    hold,
                    customer,
                    [new(sku, 2)],
                    TimeProvider.System.GetUtcNow().AddMinutes(5)
                );
                yield return new ReleaseHoldCommand(key + "-back", [1], hold, customer, customer);
                break;
        }

        var order = Guid.CreateVersion7();
        own.Add(order);
        var lines = Enumerable
            .Range(0, random.Next(1, 5))
            .Select(_ => new OrderedUnits(Skus[random.Next(Skus.Length)], random.Next(1, 4)))
            .ToList();
        yield return new ReserveCommand([
            new ReserveOrder(
                order,
                lines,
                customer,
                own.Count * Clients + client,
                random.Next(3) switch
                {
                    0 => ShortagePolicy.Backorder,
                    1 => ShortagePolicy.Partial,
                    _ => ShortagePolicy.Reject,
                }
            ),
        ]);
    }

    private static BookCommand Booking(Random random, string sku, int quantity)
    {
        var key = Guid.CreateVersion7().ToString();
        return new BookCommand(
            key,
            [1],
            MovementKind.Received,
            key,
            "olga",
            "truck",
            [new StockLine(sku, Places[random.Next(Places.Length)], quantity)]
        );
    }

    /// <summary>How many were killed.</summary>
    private static async Task<long> KillSessionsAsync(InventoryDatabase db, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var killed = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                killed += await Sql.ScalarAsync<long>(
                    db.Names.App,
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usename = current_user"
                );
        }
        catch (OperationCanceledException)
        {
            // The clients are done.
        }

        return killed;
    }
}
