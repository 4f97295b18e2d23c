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
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary>
/// Orders go through random sequences of actions of customers, operators, the provider and the clock: in any order,
/// repeated, late, or by a saga that has lost its orders. The services' own code runs on its own databases, and the
/// audit checks the result.
/// </summary>
public sealed class LifeTests
{
    private const int Actions = 900;
    private static readonly string[] Skus = ["cup", "tea", "pot"];
    private static readonly string[] Tokens =
    [
        "tok_ok",
        "tok_ok",
        "tok_ok",
        "tok_declined",
        "tok_declined",
        "tok_timeout",
        "tok_flaky",
        "tok_late",
    ];
    private static readonly TimeSpan[] Jumps =
    [
        TimeSpan.FromMilliseconds(300),
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(3),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(31),
        TimeSpan.FromMinutes(31),
        TimeSpan.FromHours(25),
    ];

    /// <summary>Three seeds; the environment variable <c>ORDER_LIVES</c> sets another number.</summary>
    public static TheoryData<int> Seeds =>
        [
            .. Enumerable.Range(
                1,
                int.Parse(
                    Environment.GetEnvironmentVariable("ORDER_LIVES") ?? "3",
                    System.Globalization.CultureInfo.InvariantCulture
                )
            ),
        ];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task G23_No_sequence_of_actions_leaves_the_declared_transitions_or_loses_a_unit_or_a_penny(int seed)
    {
        var databases = await AuditTestDatabases.CreateAsync();
        await using var orders = NpgsqlDataSource.Create(databases[Apps.Orders].App);
        await using var inventory = NpgsqlDataSource.Create(databases[Apps.Inventory].App);
        await using var payments = NpgsqlDataSource.Create(databases[Apps.Payments].App);
        var life = new Life(
            new Random(seed),
            orders,
            inventory,
            payments,
            new FakeTimeProvider(TimeProvider.System.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(3) }
        );
        await life.StockAsync();
        for (var i = 0; i < Actions; i++)
            await life.ActAsync();
        await life.EndAsync();
        await databases.PublishAsync();

        var report = await databases.AuditAsync();
        report.ActiveWork.Should().BeEmpty($"seed {seed}");
        report
            .Findings.SelectMany(f => f.Examples, (f, v) => $"{f.Check.Name}: {v.Subject}: {v.Detail}")
            .Should()
            .BeEmpty($"seed {seed}");
        life.Statuses.Should().BeEquivalentTo(OrderStatuses.All, "every status must occur");
        // The last one: the provider declined it first.
        life.RejectionReasons.Should()
            .BeSubsetOf(
                [
                    "out of stock",
                    "The provider declined the payment.",
                    "the card was declined and no other card was named in time",
                    "The provider captured the money after the order had ended.",
                    "The order ended before the provider captured the money.",
                    "the payment was ended by an earlier attempt that was interrupted",
                ],
                "an unpaid order expires and is not rejected"
            );
    }

    private sealed class Life(
        Random random,
        NpgsqlDataSource orders,
        NpgsqlDataSource inventory,
        NpgsqlDataSource payments,
        FakeTimeProvider time
    )
    {
        private readonly StockUnitOfWork _stock = new(
            inventory,
            new RelaySignal(),
            new BackordersFilledSignal(),
            new NewOffers(),
            new StockPolicy(SourcingStrategy.Priority, TimeSpan.FromDays(2)),
            NoFailpoints.Instance,
            time
        );
        private readonly OrderAcceptanceStore _accepting = new(
            orders,
            new RelaySignal(),
            new DispatchSignal(),
            NoFailpoints.Instance,
            time
        );
        private readonly SagaStore _store = new(orders, new RelaySignal(), new SagaOptions(), time);
        private readonly CardStore _cards = new(
            orders,
            new DispatchSignal(),
            new RelaySignal(),
            new SagaOptions(),
            NoFailpoints.Instance,
            time
        );
        private readonly TestPayments _payments = new(payments, time);
        private readonly ShipmentStore _shipments = new(orders, new RelaySignal(), time);
        private readonly ReturnStore _returns = new(orders, new RelaySignal(), time);
        private readonly CancellationStore _cancellations = new(
            orders,
            new RelaySignal(),
            new DispatchSignal(),
            NoFailpoints.Instance,
            time
        );
        private readonly List<Cancellation> _cancelled = [];
        private readonly List<Guid> _orders = [];
        private readonly List<Guid> _batches = [];
        private readonly List<Shipment> _shipped = [];
        private readonly List<DecidedReturn> _decided = [];
        private readonly List<RequestedReturn> _requested = [];
        private int _keys;
        private bool _ending;

        /// <summary>The statuses that orders have had.</summary>
        public HashSet<string> Statuses { get; } = [];

        /// <summary>The reasons for which orders were rejected.</summary>
        public HashSet<string?> RejectionReasons { get; } = [];

        private readonly RetryStore _retries = new(
            orders,
            new DispatchSignal(),
            new RelaySignal(),
            new SagaOptions(),
            time
        );

        private SagaDriver Saga =>
            new(_store, _stock, _payments, time) { CrashesHere = () => !_ending && random.Next(8) == 0 };

        public async Task StockAsync()
        {
            await using var items = inventory.CreateCommand(
                """
                insert into items (sku, name, price, stocked, backorder_limit)
                values ('cup', 'Cup', 2.5, true, 20), ('tea', 'Tea', 1.1, true, 0), ('pot', 'Pot', 9.99, true, 5);
                insert into levels
                    (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
                select sku, 'main', 0, 0, 0, 0, 0, 0, 0, '' from items
                """
            );
            await items.ExecuteNonQueryAsync();
            foreach (var sku in Skus)
                await ReceiveAsync(sku, 10);
        }

        public async Task ActAsync() =>
            await (
                random.Next(26) switch
                {
                    < 4 => AcceptAsync(),
                    < 6 => ClaimAsync(),
                    < 11 => StepAsync(),
                    11 => CancelAsync(Any(_orders)),
                    12 => DecideAsync(Any(_orders)),
                    13 => ReceiveAsync(Skus[random.Next(3)], random.Next(1, 6)),
                    14 => ShipAsync(await AnyAsync("'confirmed', 'shipped'")),
                    15 => ExecuteAsync(),
                    16 => DeliverAsync(Any(_shipped)),
                    17 => ReturnAsync(await AnyAsync("'shipped', 'delivered'")),
                    18 => NoticeAsync(Any(_orders)),
                    19 => GiveUpAsync(Any(_orders)),
                    20 or 21 => NameCardAsync(await AnyAsync("'awaiting_payment', 'reserved'")),
                    24 => CancelUnitsAsync(await AnyAsync("'confirmed', 'shipped', 'backordered'")),
                    25 => TakeAsync(await AnyAsync("'backordered'")),
                    22 => _retries.RetryAsync(Any(_orders) ?? Guid.Empty, "olga", CancellationToken.None),
                    _ => JumpAsync(),
                }
            );

        /// <summary>Finishes all work in progress; backorders may remain.</summary>
        public async Task EndAsync()
        {
            _ending = true;
            await _retries.RetryAllAsync("olga", CancellationToken.None);
            for (var round = 0; round < 80; round++)
            {
                time.Advance(TimeSpan.FromMinutes(round < 60 ? 1 : 100));
                await _store.AbandonAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
                await WakeAsync();
                await _payments.LookUpAsync();
                await Saga.RunBatchAsync();
                foreach (var shipment in await _shipments.Jobs.ClaimAsync(null, CancellationToken.None))
                    await ExecuteAsync(shipment);
                foreach (var cancelled in await _cancellations.Jobs.ClaimAsync(null, CancellationToken.None))
                    await ExecuteAsync(cancelled);
                foreach (var decided in await _returns.Jobs.ClaimAsync(null, CancellationToken.None))
                    await ExecuteAsync(decided);
            }

            foreach (var shipment in _shipped)
                await DeliverAsync(shipment);
            await using var connection = await orders.OpenConnectionAsync();
            Statuses.UnionWith(
                await connection.QueryAsync<string>(
                    "select data->>'to' from events where type = 'order.status_changed.v1'",
                    [],
                    CancellationToken.None
                )
            );
            RejectionReasons.UnionWith(
                await connection.QueryAsync<string>(
                    "select reason from orders where status = 'rejected'",
                    [],
                    CancellationToken.None
                )
            );
        }

        private async Task AcceptAsync()
        {
            var lines = Enumerable
                .Range(0, random.Next(1, 4))
                .Select(_ => new PricedLine(Skus[random.Next(3)], random.Next(1, 4), random.Next(1, 500) / 100m))
                .ToList();
            var order = new AcceptOrder(
                "alice",
                Key(),
                [1],
                "alice",
                lines,
                Tokens[random.Next(Tokens.Length)],
                ShortagePolicies.Names[random.Next(4)],
                AnotherCard: random.Next(3) > 0
            );
            var answers = await _accepting.CommitAsync(
                random.Next(4) == 0 ? [order, order] : [order],
                CancellationToken.None
            );
            _orders.Add(answers[0].Order!.Id);
        }

        private async Task ClaimAsync() =>
            _batches.AddRange(
                (await _store.ClaimAsync(random.Next(1, 3), random.Next(1, 4), CancellationToken.None)).Select(b =>
                    b.Id
                )
            );

        // A step of any earlier batch, in any order.
        private async Task StepAsync()
        {
            if (_batches.Count == 0)
                return;
            var batch = _batches[^random.Next(1, Math.Min(_batches.Count, 6) + 1)];
            if (random.Next(2) == 0)
            {
                foreach (var step in new Func<Guid, Task>[] { Saga.ReserveAsync, Saga.ChargeAsync, Saga.SettleAsync })
                    await step(batch);
                return;
            }

            await (
                random.Next(3) switch
                {
                    0 => Saga.ReserveAsync(batch),
                    1 => Saga.ChargeAsync(batch),
                    _ => Saga.SettleAsync(batch),
                }
            );
        }

        private Task CancelAsync(Guid? id) =>
            LockedAsync(id, (connection, order) =>
                CancelOrder.TryCancelAsync(connection, order, "alice", time.GetUtcNow(), CancellationToken.None)
            );

        private async Task CancelUnitsAsync(Guid? id)
        {
            if (Any(_cancelled) is { } earlier && random.Next(2) == 0)
                await ExecuteAsync(earlier);
            if (id is null)
                return;
            List<NamedUnits>? part =
                random.Next(3) > 0 ? [new NamedUnits(random.Next(1, 3), Sku: Skus[random.Next(3)])] : null;
            if (
                await AllowedAsync(() =>
                    _cancellations.RequestAsync(
                        id.Value,
                        "alice",
                        part,
                        null,
                        "alice",
                        Key(),
                        [1],
                        CancellationToken.None
                    )
                ) is
                { Cancellation: { State: "requested" } begun }
            )
                _cancelled.Add(begun);
        }

        private async Task ExecuteAsync(Cancellation cancelled)
        {
            await _stock.CommitAsync(
                [
                    new ReleaseUnitsCommand(
                        $"cancellation:{cancelled.Id}",
                        [1],
                        cancelled.OrderId,
                        cancelled.Number,
                        [.. cancelled.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity))],
                        cancelled.Caller
                    ),
                ],
                CancellationToken.None
            );
            if (random.Next(4) == 0)
                return;
            if (cancelled.Amount > 0)
                (await _payments.RefundPartAsync(cancelled.Id, cancelled.OrderId, cancelled.Amount)).Should().BeTrue();
            if (random.Next(4) > 0)
                await _cancellations.SettleAsync(cancelled, CancellationToken.None);
        }

        private Task TakeAsync(Guid? id) =>
            LockedAsync(id, (connection, order) =>
                DecideOrder.TryTakeAsync(connection, order.Id, "alice", time.GetUtcNow(), CancellationToken.None)
            );

        private Task DecideAsync(Guid? id) =>
            LockedAsync(id, (connection, order) =>
                DecideOrder.TryDecideAsync(
                    connection,
                    order.Id,
                    random.Next(2) == 0 ? ShortagePolicies.Partial : ShortagePolicies.Backorder,
                    "alice",
                    time.GetUtcNow(),
                    CancellationToken.None
                )
            );

        private async Task NameCardAsync(Guid? id)
        {
            if (id is not null)
                await _cards.NameAsync(
                    id.Value,
                    "alice",
                    new CardRequest(Tokens[random.Next(Tokens.Length)], "alice", Key(), [1]),
                    CancellationToken.None
                );
        }

        private async Task LockedAsync(Guid? id, Func<NpgsqlConnection, LockedOrder, Task> action)
        {
            if (id is null)
                return;
            await using var connection = await orders.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await action(connection, (await OrderLock.LockAsync(connection, id.Value, CancellationToken.None))!);
            await transaction.CommitAsync();
        }

        private async Task ReceiveAsync(string sku, int quantity)
        {
            var key = Key();
            await _stock.CommitAsync(
                [
                    new BookCommand(
                        key,
                        [1],
                        MovementKind.Received,
                        key,
                        "olga",
                        "truck",
                        [new StockLine(sku, "main", quantity)]
                    ),
                ],
                CancellationToken.None
            );
            if (random.Next(2) == 0)
                await WakeAsync();
        }

        private async Task WakeAsync()
        {
            await using var connection = await inventory.OpenConnectionAsync();
            var filled = await connection.QueryAsync<Guid>(
                "delete from backorder_notifications returning order_id",
                [],
                CancellationToken.None
            );
            if (filled.Count > 0)
                await _store.ResumeAsync(filled, CancellationToken.None);
        }

        private async Task ShipAsync(Guid? id)
        {
            if (id is null)
                return;
            List<UnitsToShip>? part =
                random.Next(2) == 0 ? [new UnitsToShip(random.Next(1, 3), Sku: Skus[random.Next(3)])] : null;
            if (
                await AllowedAsync(() =>
                    _shipments.BeginAsync(id.Value, part, "olga", Key(), [1], CancellationToken.None)
                ) is
                { Shipment: not null } begun
            )
                _shipped.Add(begun.Shipment);
        }

        // Any of them, whether it was executed already or not.
        private async Task ExecuteAsync()
        {
            if (Any(_shipped) is { } shipment && random.Next(2) == 0)
                await ExecuteAsync(shipment);
            else if (Any(_decided) is { } decided)
                await ExecuteAsync(decided);
        }

        private async Task ExecuteAsync(Shipment shipment)
        {
            var answer = (CommandOutcome)
                (
                    await _stock.CommitAsync(
                        [
                            new ShipCommand(
                                $"shipment:{shipment.Id}",
                                [1],
                                shipment.OrderId,
                                [.. shipment.Lines.Select(l => new ShippedUnits(l.Sku, l.Quantity, l.Location))],
                                StockActors.Saga
                            ),
                        ],
                        CancellationToken.None
                    )
                )[0];
            if (random.Next(3) > 0)
                await _shipments.EndAsync(
                    shipment,
                    answer.Body.Contains("\"refused\":null", StringComparison.Ordinal) ? null : answer.Body,
                    CancellationToken.None
                );
        }

        private async Task ExecuteAsync(DecidedReturn decided)
        {
            List<ReturnedUnits> back =
            [
                .. decided
                    .Decision.Where(d => d.Disposition != Disposition.Refuse)
                    .Select(d => new ReturnedUnits(d.Sku, d.Quantity, d.Disposition, "main")),
            ];
            if (back.Count > 0)
                await _stock.CommitAsync(
                    [
                        new ReturnCommand(
                            $"return:{decided.Id}",
                            [1],
                            decided.OrderId,
                            decided.Number,
                            back,
                            decided.Decider
                        ),
                    ],
                    CancellationToken.None
                );
            if (random.Next(4) == 0)
                return;
            if (decided.Amount > 0)
                (await _payments.RefundPartAsync(decided.Id, decided.OrderId, decided.Amount)).Should().BeTrue();
            if (random.Next(4) > 0)
                await _returns.SettleAsync(decided, CancellationToken.None);
        }

        private async Task DeliverAsync(Shipment? shipment)
        {
            if (shipment is not null)
                await AllowedAsync(() => _shipments.DeliverAsync(shipment.Id, "olga", CancellationToken.None));
        }

        private async Task ReturnAsync(Guid? id)
        {
            if (id is null)
                return;
            if (Any(_requested) is { } asked && random.Next(2) == 0)
            {
                List<NamedDecision> decision =
                [
                    .. asked.Lines.SelectMany(l =>
                        Enumerable
                            .Range(0, l.Quantity)
                            .GroupBy(_ => (Disposition)random.Next(4))
                            .Select(g => new NamedDecision(g.Count(), g.Key, l.Line))
                    ),
                ];
                await AllowedAsync(() =>
                    _returns.DecideAsync(asked.Id, decision, null, "olga", CancellationToken.None)
                );
                _decided.AddRange(
                    (await _returns.Jobs.ClaimAsync(asked.Id, CancellationToken.None)).Where(d =>
                        _decided.TrueForAll(k => k.Id != d.Id)
                    )
                );
                return;
            }

            if (
                await AllowedAsync(() =>
                    _returns.RequestAsync(
                        id.Value,
                        "alice",
                        [new NamedUnits(random.Next(1, 3), Sku: Skus[random.Next(3)])],
                        "broken",
                        "alice",
                        Key(),
                        [1],
                        CancellationToken.None
                    )
                ) is
                { Return: not null } back
            )
                _requested.Add(back.Return);
        }

        // The provider completes a payment that was processing; other calls without an answer are looked up.
        private Task NoticeAsync(Guid? id) => _payments.LookUpAsync(completed: id);

        // Simulates fifty attempts, unless a batch owns the order now.
        private async Task GiveUpAsync(Guid? id)
        {
            if (id is null)
                return;
            await using var connection = await orders.OpenConnectionAsync();
            await connection.ExecuteAsync(
                "update orders set attempts = $2 where id = $1 and batch_id is null",
                [id.Value, SagaStore.MaxAttempts],
                CancellationToken.None
            );
            await _store.GiveUpAsync(CancellationToken.None);
        }

        private Task<int> JumpAsync()
        {
            time.Advance(Jumps[random.Next(Jumps.Length)]);
            return _store.AbandonAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        }

        // A rejected request has changed nothing.
        private static async Task<T?> AllowedAsync<T>(Func<Task<T>> action)
        {
            try
            {
                return await action();
            }
            catch (ProblemException refused) when (refused.Problem.StatusCode < 500)
            {
                return default;
            }
        }

        private async Task<Guid?> AnyAsync(string statuses)
        {
            await using var connection = await orders.OpenConnectionAsync();
            return Any(
                await connection.QueryAsync<Guid>(
                    $"select id from orders where status in ({statuses}) order by number",
                    [],
                    CancellationToken.None
                )
            );
        }

        private T? Any<T>(List<T> all)
            where T : class => all.Count == 0 ? null : all[random.Next(all.Count)];

        private Guid? Any(List<Guid> all) => all.Count == 0 ? null : all[random.Next(all.Count)];

        private string Key() => $"key {++_keys}";
    }
}
