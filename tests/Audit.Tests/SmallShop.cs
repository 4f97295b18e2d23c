using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;
using DaprShop.Orders.Paying;
using DaprShop.Orders.Placing;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary>
/// A shop with about twenty orders that reached every outcome, written by the services' own code.
/// </summary>
public sealed class SmallShop : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow().AddHours(-1))
    {
        AutoAdvanceAmount = TimeSpan.FromMilliseconds(7),
    };

    internal AuditTestDatabases Databases { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Databases = await AuditTestDatabases.CreateAsync();
        await using var orders = NpgsqlDataSource.Create(Databases[Apps.Orders].App);
        await using var inventory = NpgsqlDataSource.Create(Databases[Apps.Inventory].App);
        await using var payments = NpgsqlDataSource.Create(Databases[Apps.Payments].App);
        var charging = new TestPayments(payments, _time);
        var stock = new StockUnitOfWork(
            inventory,
            new RelaySignal(),
            new BackordersFilledSignal(),
            new NewOffers(),
            new StockPolicy(SourcingStrategy.Priority, TimeSpan.FromDays(2)),
            NoFailpoints.Instance,
            _time
        );
        var accepting = new OrderAcceptanceStore(
            orders,
            new RelaySignal(),
            new DispatchSignal(),
            NoFailpoints.Instance,
            _time
        );
        // The audit's clock is an hour ahead of this shop's.
        var store = new SagaStore(
            orders,
            new RelaySignal(),
            new SagaOptions { AnotherCardWithinMinutes = 24 * 60 },
            _time
        );
        var saga = new SagaDriver(store, stock, charging, _time);

        await StockAsync(inventory, stock);
        await AcceptAsync(
            accepting,
            ("plain", "tok_ok", [("cup", 2), ("postage", 1)]),
            ("split", "tok_ok", [("tea", 8), ("cup", 1), ("cup", 1)]),
            ("short", "tok_ok", [("pot", 5), ("cup", 1)]),
            ("declined", "tok_declined", [("cup", 3)]),
            ("late", "tok_timeout", [("cup", 1)]),
            ("flaky", "tok_flaky", [("pot", 1)]),
            ("second thoughts", "tok_ok", [("cup", 4), ("pot", 1)])
        );
        await DrainAsync(saga);
        await BulkUpload.UploadAsync(orders, accepting, _time);
        await DrainAsync(saga);
        await CancelAsync(orders, "second thoughts");
        await AcceptAsync(accepting, ("too late", "tok_ok", [("tea", 3)]), ("called off", "tok_ok", [("cup", 5)]));
        await CancelAsync(orders, "called off");
        await DrainAsync(saga);
        await CancelDeclinedAsync(orders, accepting, store, stock, charging);
        await DrainAsync(saga);
        var scene = new StockScenario(stock, _time);
        var numbers = await AcceptAsync(
            accepting,
            ("held", "tok_ok", [("mug", 1)]),
            ("greedy", "tok_ok", [("mug", 7)]),
            ("waits first", "tok_ok", [("mug", 3)]),
            ("waits second", "tok_ok", [("mug", 4)]),
            ("partly", "tok_ok", [("pot", 9)]),
            ("asks", "tok_ok", [("cup", 500)])
        );
        await scene.QueueAsync(numbers);
        await Sql.ScalarAsync<object>(Databases[Apps.Inventory].App, "delete from backorder_notifications");
        await DrainAsync(saga);
        await scene.WaitAsync((await AcceptAsync(accepting, ("waits still", "tok_ok", [("mug", 2)])))["waits still"]);
        var unpaid = await AcceptAsync(
            accepting,
            ("another card", "tok_declined", [("cup", 1)]),
            ("unpaid", "tok_declined", [("cup", 6)])
        );
        await DrainAsync(saga);
        await new CardStore(
            orders,
            new DispatchSignal(),
            new RelaySignal(),
            new SagaOptions(),
            NoFailpoints.Instance,
            _time
        ).NameAsync(
            unpaid["another card"].Id,
            "alice",
            new CardRequest("tok_ok", "alice", "another card", [1]),
            CancellationToken.None
        );
        await DrainAsync(saga);
        await scene.TransferAsync();
        await FulfilAsync(
            orders,
            stock,
            charging,
            await Sql.ScalarAsync<Guid>(
                Databases[Apps.Orders].App,
                "select order_id from idempotency_keys where key = 'plain'"
            )
        );
        await charging.LookUpAsync();
        await DrainAsync(saga);
        var reduced = (await AcceptAsync(accepting, ("reduced", "tok_ok", [("cup", 6), ("cup", 6)])))["reduced"].Id;
        await DrainAsync(saga);
        await ReduceAsync(orders, stock, charging, reduced);
        await charging.CreditAsync("olga", "credit", "C1", 4.5m);
        await Databases.PublishAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task StockAsync(NpgsqlDataSource inventory, StockUnitOfWork stock)
    {
        await using var items = inventory.CreateCommand(
            """
            insert into items (sku, name, price, stocked, backorder_limit, max_per_customer, limited_since) values
                ('cup', 'Cup', 2.5, true, 0, null, null), ('tea', 'Tea', 1.1, true, 0, null, null),
                ('pot', 'Pot', 9.99, true, 0, null, null), ('mug', 'Mug', 3, true, 10, 6, now() - interval '1 day'),
                ('postage', 'Postage', 3, false, 0, null, null);
            insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
            select sku, 'main', 0, 0, 0, 0, 0, 0, 0, '' from items where stocked;
            insert into locations (location, priority, sold_since) values ('north', 100, 'epoch')
            """
        );
        await items.ExecuteNonQueryAsync();
        BookCommand[] books =
        [
            Booking(MovementKind.Received, "receipt 1", ("cup", "main", 100)),
            Booking(MovementKind.Received, "receipt 2", ("tea", "main", 5)),
            Booking(MovementKind.Received, "receipt 3", ("tea", "north", 5)),
            Booking(MovementKind.Received, "receipt 4", ("pot", "main", 3)),
            Booking(MovementKind.Adjusted, "broken", ("cup", "main", -2)),
            Booking(MovementKind.Returned, "C1", ("cup", "main", 1), ("pot", "main", 1)),
        ];
        foreach (var book in books)
            await stock.CommitAsync([book], CancellationToken.None);
    }

    private static BookCommand Booking(
        MovementKind kind,
        string cause,
        params (string Sku, string Location, int Quantity)[] lines
    ) =>
        new(
            "key of " + cause,
            [1],
            kind,
            cause,
            "olga",
            kind == MovementKind.Returned ? null : "since — it's |so|",
            [.. lines.Select(l => new StockLine(l.Sku, l.Location, l.Quantity))]
        );

    private static async Task<Dictionary<string, AcceptedOrder>> AcceptAsync(
        OrderAcceptanceStore accepting,
        params (string Key, string Token, (string Sku, int Quantity)[] Lines)[] orders
    )
    {
        var accepted = await accepting.CommitAsync(
            [
                .. orders.Select(o => new AcceptOrder(
                    "alice",
                    o.Key,
                    [1],
                    "alice",
                    [.. o.Lines.Select(l => new PricedLine(l.Sku, l.Quantity, 1.2345m, l.Sku != "postage"))],
                    o.Token,
                    o.Key == "asks" ? "ask" : "reject",
                    AnotherCard: o.Key is "unpaid" or "another card"
                )),
            ],
            CancellationToken.None
        );
        return orders.Zip(accepted).ToDictionary(p => p.First.Key, p => p.Second.Order!);
    }

    private async Task DrainAsync(SagaDriver saga)
    {
        // A requeued order is due after a delay of at most ten seconds; here it needs six attempts.
        for (var round = 0; round < 10; round++)
        {
            while (await saga.RunBatchAsync()) { }

            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private async Task CancelAsync(NpgsqlDataSource orders, string key)
    {
        await using var connection = await orders.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var id = await connection.ScalarAsync<Guid>(
            "select order_id from idempotency_keys where key = $1",
            [key],
            CancellationToken.None
        );
        var order = (await OrderLock.LockAsync(connection, id, CancellationToken.None))!;
        await CancelOrder.TryCancelAsync(connection, order, "alice", _time.GetUtcNow(), CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>
    /// Cancels an order that was declined for good: its stock is released already when Orders crashes, and its payment
    /// is ended with the cancel.
    /// </summary>
    private async Task CancelDeclinedAsync(
        NpgsqlDataSource orders,
        OrderAcceptanceStore accepting,
        SagaStore store,
        StockUnitOfWork stock,
        TestPayments payments
    )
    {
        await AcceptAsync(accepting, ("declined and cancelled", "tok_declined", [("cup", 2)]));
        var effects = 0;
        await new SagaDriver(store, stock, payments, _time)
        {
            // Reserved, declined, not refunded; released.
            CrashesHere = () => ++effects == 4,
        }.RunBatchAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await store.AbandonAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        await CancelAsync(orders, "declined and cancelled");
    }

    /// <summary>Cancels a part of an order, as <c>FulfilmentWorker</c> does.</summary>
    private async Task ReduceAsync(NpgsqlDataSource orders, StockUnitOfWork stock, TestPayments payments, Guid order)
    {
        var cancellations = new CancellationStore(
            orders,
            new RelaySignal(),
            new DispatchSignal(),
            NoFailpoints.Instance,
            _time
        );
        var (cancelled, _) = await cancellations.RequestAsync(
            order,
            "alice",
            [new(5, Line: 2)],
            "changed my mind",
            "alice",
            "cancellation",
            [1],
            CancellationToken.None
        );
        await stock.CommitAsync(
            [new ReleaseUnitsCommand("reduced", [1], order, cancelled.Number, [new("cup", 5)], "alice")],
            CancellationToken.None
        );
        await payments.RefundPartAsync(cancelled.Id, order, cancelled.Amount);
        await cancellations.SettleAsync(cancelled, CancellationToken.None);
    }

    /// <summary>
    /// Ships and delivers an order that includes a service, and returns a part of it, as <c>FulfilmentWorker</c> does.
    /// </summary>
    private async Task FulfilAsync(NpgsqlDataSource orders, StockUnitOfWork stock, TestPayments payments, Guid order)
    {
        var shipments = new ShipmentStore(orders, new RelaySignal(), _time);
        var (shipment, _) = await shipments.BeginAsync(order, null, "olga", "shipment", [1], CancellationToken.None);
        await stock.CommitAsync(
            [new ShipCommand("shipped", [1], order, null, StockActors.Saga)],
            CancellationToken.None
        );
        await shipments.EndAsync(shipment, null, CancellationToken.None);
        await shipments.DeliverAsync(shipment.Id, "olga", CancellationToken.None);

        var returns = new ReturnStore(orders, new RelaySignal(), _time);
        var (asked, _) = await returns.RequestAsync(
            order,
            "alice",
            [new(2, Sku: "cup")],
            "broken",
            "alice",
            "return",
            [1],
            CancellationToken.None
        );
        await returns.DecideAsync(
            asked.Id,
            [new(1, Disposition.Damaged, Sku: "cup"), new(1, Disposition.Refuse, Sku: "cup")],
            null,
            "olga",
            CancellationToken.None
        );
        var decided = (await returns.Jobs.ClaimAsync(asked.Id, CancellationToken.None)).Single();
        await stock.CommitAsync(
            [
                new ReturnCommand(
                    "back",
                    [1],
                    order,
                    decided.Number,
                    [new("cup", 1, Disposition.Damaged, "main")],
                    decided.Decider
                ),
            ],
            CancellationToken.None
        );
        await payments.RefundPartAsync(decided.Id, order, decided.Amount);
        await returns.SettleAsync(decided, CancellationToken.None);
    }
}
