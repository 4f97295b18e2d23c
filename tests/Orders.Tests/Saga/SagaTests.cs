using CsCheck;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using static DaprShop.Orders.Tests.SagaRun;

namespace DaprShop.Orders.Tests;

/// <summary>The saga's steps over a real database, with small stand-ins for Inventory and Payments.</summary>
public sealed class SagaTests
{
    [Fact]
    public async Task A_mixed_batch_ends_each_order_by_its_own_outcome()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 10);
        var (paid, declined, flaky) = (
            (await db.AcceptAsync(1))[0],
            (await db.AcceptAsync(1, token: "tok_declined"))[0],
            (await db.AcceptAsync(1, token: "tok_flaky"))[0]
        );
        var tooLarge = (await db.AcceptAsync(1, quantity: 100))[0];

        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (await db.StatusAsync(paid)).Should().Be("confirmed");
        (await db.StatusAsync(declined)).Should().Be("rejected");
        (await db.StatusAsync(tooLarge)).Should().Be("rejected");
        (await db.StatusAsync(flaky)).Should().Be("reserved", "the provider has not answered yet");
        fakes.Free.Should().Be(8, "the declined order's unit went back");

        await Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now() - interval '1 second'");
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (await db.StatusAsync(flaky)).Should().Be("confirmed");
    }

    [Fact]
    public async Task Every_activity_may_run_twice_and_changes_nothing_the_second_time()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 3);
        await db.AcceptAsync(3);
        await db.AcceptAsync(1, token: "tok_declined");
        var batch = (await db.ClaimAsync())[0];
        foreach (var step in Activities(db, fakes))
            await step(batch);
        var events = await db.NumberAsync("select count(*) from events");
        var row = await Sql.ScalarAsync<string>(db.Names.App, "select b::text from batches b");
        foreach (var step in Activities(db, fakes))
            await step(batch);
        (await db.NumberAsync("select count(*) from events")).Should().Be(events);
        (await Sql.ScalarAsync<string>(db.Names.App, "select b::text from batches b"))
            .Should()
            .Be(row, "a batch ends once");
        (await db.NumberAsync("select count(*) from orders where status = 'confirmed' and version = 4")).Should().Be(3);
    }

    [Fact]
    public async Task A_batch_that_has_lost_its_orders_changes_none_of_them()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        var zombie = (await db.ClaimAsync())[0];
        (await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None)).Should().Be(1);
        var heir = (await db.ClaimAsync())[0];

        (await db.Store.GetOwnedAsync(zombie, CancellationToken.None)).Should().BeEmpty();
        (await db.Store.GetOrdersToReserveAsync(zombie, CancellationToken.None)).Should().BeEmpty();
        await Sql.ScalarAsync<object>(db.Names.App, "update orders set compensation_pending = true");
        var before = await Sql.ScalarAsync<string>(db.Names.App, "select o::text from orders o");
        foreach (
            var write in new SagaStepResult[]
            {
                new()
                {
                    Changes = [new StatusChange(order, OrderStatus.Accepted, OrderStatus.Rejected, "by a zombie")],
                },
                new() { Declined = [(order, "by a zombie")] },
                new() { Compensated = [order] },
                new() { Refunded = [order] },
                new() { StockReleased = [order] },
                new() { Completed = [order] },
                new() { Requeued = [(order, DateTimeOffset.MaxValue)] },
            }
        )
        {
            await db.Store.WriteAsync(zombie, write, CancellationToken.None);
            (await Sql.ScalarAsync<string>(db.Names.App, "select o::text from orders o")).Should().Be(before);
        }

        (await db.NumberAsync("select count(*) from events")).Should().Be(1);
        (await db.Store.GetOwnedAsync(heir, CancellationToken.None)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_status_is_changed_only_from_the_one_the_decision_was_based_on()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        var batch = (await db.ClaimAsync())[0];
        var reserved = new SagaStepResult
        {
            Changes = [new StatusChange(order, OrderStatus.Accepted, OrderStatus.Reserved)],
        };
        await db.Store.WriteAsync(batch, reserved, CancellationToken.None);
        await db.Store.WriteAsync(
            batch,
            new SagaStepResult { Changes = [new StatusChange(order, OrderStatus.Reserved, OrderStatus.Paid)] },
            CancellationToken.None
        );

        await db.Store.WriteAsync(batch, reserved, CancellationToken.None);

        (await db.StatusAsync(order)).Should().Be("paid");
    }

    [Fact]
    public async Task An_abandoned_batch_frees_only_orders_that_it_still_owns()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var cancelled = (await db.AcceptAsync(2))[0];
        await db.ClaimAsync();
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set status = 'cancelled', compensation_pending = true, batch_id = null, due_at = now() where id = '{cancelled}'"
        );
        await Sql.ScalarAsync<object>(db.Names.App, "update batches set progressed_at = now() - interval '1 minute'");
        var compensation = (await db.ClaimAsync())[0];

        (await db.Store.AbandonAsync(TimeSpan.FromSeconds(30), CancellationToken.None)).Should().Be(1);

        (await db.Store.GetOwnedAsync(compensation, CancellationToken.None))
            .Select(o => o.Id)
            .Should()
            .Equal(cancelled);
    }

    [Fact]
    public async Task Orders_of_repeatedly_abandoned_batches_are_retried_at_longer_intervals()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(1);
        foreach (var (attempts, seconds) in ((int, int)[])[(1, 0), (4, 8), (20, 200), (SagaStore.MaxAttempts, 600)])
        {
            await Sql.ScalarAsync<object>(db.Names.App, $"update orders set due_at = now(), attempts = {attempts - 1}");
            await db.ClaimAsync();
            (await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None)).Should().Be(1);
            (await Sql.ScalarAsync<DateTime>(db.Names.App, "select due_at from orders"))
                .Should()
                .BeCloseTo(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(seconds), TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task A_batch_with_more_lines_than_a_request_may_have_reserves_by_several_requests()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        const int Lines = 2_000;
        var orders = (ReserveStock.MaxLines / Lines) + 1;
        await db.Accepting()
            .CommitAsync(
                [
                    .. Enumerable
                        .Range(0, orders)
                        .Select(n =>
                            OrdersDatabase.Order($"{n}") with
                            {
                                Lines = [.. Enumerable.Repeat(new PricedLine("cup", 1, 2.5m), Lines)],
                            }
                        ),
                ],
                CancellationToken.None
            );
        var asked = 0;
        var fakes = new FakeServices(units: orders * Lines)
        {
            Before = path => Task.FromResult(path.EndsWith("reservations", StringComparison.Ordinal) ? asked++ : asked),
        };

        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);

        asked.Should().Be(2);
        (await db.NumberAsync("select count(*) from orders where status = 'confirmed'")).Should().Be(orders);
    }

    [Fact]
    public async Task A_finished_batch_cannot_be_abandoned()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(1);
        await RunAsync(db, new FakeServices(units: 1), (await db.ClaimAsync())[0]);

        await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);

        (await db.NumberAsync("select count(*) from batches where abandoned")).Should().Be(0);
    }

    [Fact]
    public async Task The_watchdog_leaves_progressing_batches_alone()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(1);
        await db.ClaimAsync();
        (await db.Store.AbandonAsync(TimeSpan.FromSeconds(30), CancellationToken.None)).Should().Be(0);
    }

    [Fact]
    public async Task An_order_locked_by_another_claim_is_skipped_without_waiting()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var orders = await db.AcceptAsync(3);
        await using var rival = await Rival.BeginAsync(
            db.Names.App,
            $"update orders set batch_id = gen_random_uuid() where id = '{orders[0]}'"
        );

        var batch = (await db.ClaimAsync().WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken))[
            0
        ];
        await rival.CommitAsync();

        (await db.Store.GetOwnedAsync(batch, CancellationToken.None))
            .Select(o => o.Id)
            .Should()
            .Equal(orders[1], orders[2]);
    }

    [Fact]
    public async Task A_requeued_order_is_not_claimed_before_its_time()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        var batch = (await db.ClaimAsync())[0];
        (await db.Store.GetOwnedAsync(batch, CancellationToken.None)).Single().Attempts.Should().Be(1);
        await db.Store.WriteAsync(
            batch,
            new SagaStepResult
            {
                Requeued = [(order, TimeProvider.System.GetUtcNow().AddMinutes(1))],
                FinishesBatch = true,
            },
            CancellationToken.None
        );

        (await db.ClaimAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_owned_order_is_not_claimed_even_when_it_is_due()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(1);
        (await db.ClaimAsync()).Should().ContainSingle();
        await Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = accepted_at");

        (await db.ClaimAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Concurrent_dispatchers_never_claim_the_same_order()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(200);
        var batches = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => db.ClaimAsync(slots: 3, size: 10)))
        );
        var owned = new List<Guid>();
        foreach (var batch in batches.SelectMany(b => b))
            owned.AddRange((await db.Store.GetOwnedAsync(batch, CancellationToken.None)).Select(o => o.Id));
        owned.Should().OnlyHaveUniqueItems();
        (await db.NumberAsync("select count(*) from orders where batch_id is not null")).Should().Be(owned.Count);
        (await db.NumberAsync("select sum(cardinality(order_ids)) from batches")).Should().Be(owned.Count);
    }

    [Fact]
    public async Task An_order_with_too_many_attempts_is_handed_to_an_operator()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        await Sql.ScalarAsync<object>(db.Names.App, $"update orders set attempts = {SagaStore.MaxAttempts}");
        (await db.ClaimAsync()).Should().BeEmpty();
        (await db.Store.GiveUpAsync(CancellationToken.None)).Should().Be(1);
        (await db.StatusAsync(order)).Should().Be("needs_attention");
        (await db.Store.GiveUpAsync(CancellationToken.None)).Should().Be(0);
    }

    [Fact]
    public async Task An_undeclared_transition_is_rejected_before_it_is_written()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        var batch = (await db.ClaimAsync())[0];
        var skip = () =>
            db.Store.WriteAsync(
                batch,
                new SagaStepResult { Changes = [new StatusChange(order, OrderStatus.Accepted, OrderStatus.Confirmed)] },
                CancellationToken.None
            );
        await skip.Should().ThrowAsync<InvalidOperationException>();
        (await db.StatusAsync(order)).Should().Be("accepted");
    }

    /// <summary>
    /// Steps of several batches in any interleaving, repeated, abandoned half-way, with cancels between: afterwards all
    /// is conserved.
    /// </summary>
    [Fact]
    public async Task Stock_and_money_are_conserved_whatever_is_interrupted_repeated_or_cancelled()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var seeds = Gen.Int.Array[25].Single();
        foreach (var seed in seeds)
        {
            var random = new Random(seed);
            await Sql.ScalarAsync<object>(db.Names.Owner, "truncate orders, order_lines, idempotency_keys, batches");
            var fakes = new FakeServices(units: 6);
            string[] tokens = ["tok_ok", "tok_ok", "tok_declined", "tok_flaky"];
            for (var i = 0; i < 8; i++)
                await db.AcceptAsync(1, random.Next(1, 3), tokens[random.Next(tokens.Length)]);

            var batches = new List<Guid>();
            for (var i = 0; i < 30; i++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        batches.AddRange(await db.ClaimAsync(2, 3));
                        break;
                    case 1:
                        await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);
                        break;
                    case 2:
                        await CancelAnyAsync(db, random);
                        break;
                    default:
                        if (batches.Count > 0)
                            await Activities(db, fakes)[random.Next(5)](batches[random.Next(batches.Count)]);
                        break;
                }
            }

            await DrainAsync(db, fakes);
            await using var connection = await db.Source.OpenConnectionAsync();
            await using var command = new Npgsql.NpgsqlCommand("select id, status from orders", connection);
            await using var reader = await command.ExecuteReaderAsync();
            var held = 0;
            while (await reader.ReadAsync())
            {
                var (id, status) = (reader.GetGuid(0), reader.GetString(1));
                var claim = fakes.Claims.GetValueOrDefault(id, (ReservationState.Released, 0));
                held += claim.Item2;
                status.Should().BeOneOf("confirmed", "rejected", "cancelled");
                (claim.Item1 == ReservationState.Allocated)
                    .Should()
                    .Be(status == "confirmed", $"seed {seed}: {id} is {status}");
                (fakes.Charges.GetValueOrDefault(id, ChargeState.Declined) == ChargeState.Captured)
                    .Should()
                    .Be(status == "confirmed", $"seed {seed}: {id} is {status}");
            }

            (fakes.Free + held).Should().Be(6, $"seed {seed}");
        }
    }

    private static async Task DrainAsync(OrdersDatabase db, FakeServices fakes)
    {
        for (
            var round = 0;
            await db.NumberAsync(
                "select count(*) from orders where compensation_pending or status in ('accepted', 'reserved', 'paid')"
            ) > 0;
            round++
        )
        {
            round.Should().BeLessThan(20, "the shop becomes idle");
            await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);
            await Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now() - interval '1 second'");
            foreach (var batch in await db.ClaimAsync(4, 3))
                await RunAsync(db, fakes, batch);
        }
    }

    private static Task<object?> CancelAnyAsync(OrdersDatabase db, Random random) =>
        Sql.ScalarAsync<object>(
            db.Names.App,
            $"""
            update orders set status = 'cancelled', version = version + 1, compensation_pending = true, batch_id = null, due_at = now()
            where number = (select min(number) + {random.Next(
                8
            )} from orders) and status in ('accepted', 'reserved', 'paid', 'confirmed')
            """
        );
}
