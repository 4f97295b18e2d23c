using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>
/// How orders are claimed in batches, and how a failing workflow start is retried. The dispatcher's clock is
/// stopped unless a test advances it.
/// </summary>
public sealed class DispatcherTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly DispatchSignal _signal = new();
    private readonly BatchingControl _batching = new(new SagaOptions());
    private readonly (Dapr.Workflow.IDaprWorkflowClient Client, FakeWorkflows Engine) _workflows =
        FakeWorkflows.Create();
    private OrdersDatabase _db = null!;
    private NpgsqlDataSource _source = null!;
    private Dispatcher _dispatcher = null!;

    private FakeWorkflows Engine => _workflows.Engine;

    public async ValueTask InitializeAsync()
    {
        _db = await OrdersDatabase.CreateAsync();
        _source = NpgsqlDataSource.Create(_db.Names.App + ";Application Name=dispatcher");
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.StopAsync(CancellationToken.None);
        await _source.DisposeAsync();
        await _db.DisposeAsync();
    }

    [Fact]
    public async Task A_starting_service_starts_the_batches_at_once_that_were_claimed_before_it_died()
    {
        await _db.AcceptAsync(3);
        var claimed = await _db.Store.ClaimAsync(slots: 2, size: 1, CancellationToken.None);
        Engine.Start = (batch, _) =>
            batch == claimed[0].Id
                ? throw new RpcException(new Status(StatusCode.AlreadyExists, "exists"))
                : Task.CompletedTask;

        await StartAsync(size: 1, slots: 4);

        await Wait.UntilAsync(() => Task.FromResult(Engine.Asked.Count == 3), "each batch was asked for");
        Engine.Asked.Should().Contain(claimed.Select(c => c.Id));
        await StartedAsync(2);
    }

    [Fact]
    public async Task A_paused_saga_starts_the_batches_claimed_before_when_it_is_resumed()
    {
        await _db.AcceptAsync(1);
        var claimed = await _db.Store.ClaimAsync(slots: 1, size: 1, CancellationToken.None);
        await StartAsync(size: 1, slots: 0);
        _batching.Current = new Batching(1, 1);
        _signal.Raise();

        await StartedAsync(1);
        Engine.Started.Should().Equal(claimed[0].Id);
    }

    [Fact]
    public async Task While_a_batch_is_in_flight_the_next_one_collects_orders()
    {
        await StartAsync(size: 200, slots: 4);
        await ArriveAsync(1);
        await StartedAsync(1);
        for (var i = 0; i < 20; i++)
            await ArriveAsync(1);

        await PassesUntilStartedAsync(2);
        (await SizesAsync()).Should().Be("1,20");
    }

    [Fact]
    public async Task A_batch_that_is_full_does_not_wait_any_longer()
    {
        await StartAsync(size: 5, slots: 4);
        await ArriveAsync(1);
        await StartedAsync(1);

        await ArriveAsync(5);

        await StartedAsync(2);
        (await SizesAsync()).Should().Be("1,5");
    }

    [Fact]
    public async Task In_a_quiet_shop_an_order_is_dispatched_alone_and_at_once()
    {
        await StartAsync(size: 200, slots: 4);
        for (var i = 1; i <= 3; i++)
        {
            await ArriveAsync(1);
            await StartedAsync(i);
            await FinishAsync(Engine.Started.Last(), freeSlot: true);
        }

        (await SizesAsync()).Should().Be("1,1,1");
    }

    [Fact]
    public async Task A_backlog_is_dispatched_without_collecting_and_never_in_more_than_the_slots()
    {
        await ArriveAsync(10);
        await StartAsync(size: 2, slots: 2);

        for (var done = 0; done < 5; done++)
        {
            await StartedAsync(Math.Min(done + 2, 5));
            (await _db.NumberAsync("select count(*) from batches where finished_at is null"))
                .Should()
                .Be(Math.Min(2, 5 - done));
            await FinishAsync(Engine.Started.ElementAt(done), freeSlot: true);
        }

        (await SizesAsync()).Should().Be("2,2,2,2,2");
    }

    [Fact]
    public async Task Dispatching_continues_after_the_slots_were_reduced_while_batches_were_in_flight()
    {
        Engine.Start = (_, _) =>
        {
            if (Engine.Asked.Count == 2)
                _batching.Current = new Batching(1, 0);
            return Task.CompletedTask;
        };
        await ArriveAsync(2);
        await StartAsync(size: 1, slots: 2);
        await StartedAsync(2);
        await ArriveAsync(1);

        _batching.Current = new Batching(1, 3);
        _signal.Raise();

        await StartedAsync(3);
    }

    [Fact]
    public async Task A_batch_that_is_settled_here_wakes_the_dispatcher()
    {
        await StartAsync(size: 1, slots: 1);
        await ArriveAsync(1);
        await StartedAsync(1);
        await _dispatcher.StopAsync(CancellationToken.None);
        await _signal.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        await new SettleOrders(_db.Store, _dispatcher, new SagaOptions(), NoFailpoints.Instance, _time).RunAsync(
            null!,
            Engine.Started.Single()
        );

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _signal.WaitAsync(Timeout.InfiniteTimeSpan, deadline.Token);
    }

    [Fact]
    public async Task A_slot_is_free_again_when_another_replica_has_settled_its_batch()
    {
        await ArriveAsync(2);
        await StartAsync(size: 1, slots: 1);
        await StartedAsync(1);
        _signal.Waiting.Should().Be(0, "the claim includes all waiting orders");

        await FinishAsync(Engine.Started.Single(), freeSlot: false);

        await PassesUntilStartedAsync(2);
    }

    [Fact]
    public async Task A_start_that_never_returns_times_out_and_is_retried_with_the_same_id()
    {
        Engine.Start = (batch, patience) =>
            Engine.Tries(batch) == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, patience) : Task.CompletedTask;
        await ArriveAsync(1);
        await StartAsync(size: 1, slots: 1);
        await Wait.UntilAsync(() => Task.FromResult(Engine.Asked.Count == 1), "a start was tried");

        _time.Advance(TimeSpan.FromSeconds(5));

        await StartedAsync(1);
        Engine.Tries(Engine.Started.Single()).Should().Be(2);
    }

    [Fact]
    public async Task AlreadyExists_is_a_successful_start_and_a_failed_start_is_retried()
    {
        Guid? known = null;
        Engine.Start = (batch, _) =>
            batch == (known ??= batch) ? throw new RpcException(new Status(StatusCode.AlreadyExists, "exists"))
            : Engine.Tries(batch) < 4 ? throw new RpcException(new Status(StatusCode.Unavailable, "away"))
            : Task.CompletedTask;
        await ArriveAsync(2);
        await StartAsync(size: 1, slots: 2);

        await StartedAsync(1);

        Engine.Tries(known!.Value).Should().Be(1, "a second start would repeat a started workflow");
        Engine.Tries(Engine.Started.Single()).Should().Be(4);
    }

    [Fact]
    public async Task An_abandoned_batch_is_not_started_any_more()
    {
        Engine.Start = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        await ArriveAsync(1);
        await StartAsync(size: 1, slots: 1);
        await Wait.UntilAsync(() => Task.FromResult(Engine.Asked.Count == 1), "a start was tried");
        var lost = Engine.Asked.Single();
        await _db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(500));
                return Task.FromResult(Engine.Asked.Count == 2);
            },
            "its orders have another batch"
        );

        var tries = Engine.Tries(lost);
        await Wait.UntilAsync(
            () => Task.FromResult(Engine.Tries(Engine.Asked.Single(b => b != lost)) >= 5),
            "the heir is tried, ever more slowly"
        );

        Engine.Tries(lost).Should().Be(tries);
    }

    [Fact]
    public async Task A_short_database_outage_does_not_end_dispatching()
    {
        await ArriveAsync(1);
        await StartAsync(size: 1, slots: 4);
        await StartedAsync(1);
        await Sql.ScalarAsync<object>(
            (await TestKit.LocalPostgres.SharedAsync()).Admin,
            $"""
            select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{_db.Names.Name}' and application_name = 'dispatcher'
            """
        );

        await ArriveAsync(1);

        await StartedAsync(2);
    }

    private async Task StartAsync(int size, int slots)
    {
        _batching.Current = new Batching(size, slots);
        _dispatcher = new Dispatcher(
            new SagaStore(_source, new RelaySignal(), new SagaOptions(), TimeProvider.System),
            _batching,
            _workflows.Client,
            _signal,
            _time,
            NullLogger<Dispatcher>.Instance
        );
        await _dispatcher.StartAsync(CancellationToken.None);
    }

    private async Task ArriveAsync(int orders)
    {
        await _db.AcceptAsync(orders);
        _signal.Raise(orders);
    }

    private async Task FinishAsync(Guid batch, bool freeSlot)
    {
        var owned = await _db.Store.GetOwnedAsync(batch, CancellationToken.None);
        await _db.Store.WriteAsync(
            batch,
            new SagaStepResult
            {
                Changes = [.. owned.Select(o => new StatusChange(o.Id, o.Status, OrderStatus.Rejected))],
                Completed = [.. owned.Select(o => o.Id)],
                FinishesBatch = true,
            },
            CancellationToken.None
        );
        if (freeSlot)
            _dispatcher.FreeSlot(batch);
    }

    private Task StartedAsync(int batches) =>
        Wait.UntilAsync(() => Task.FromResult(Engine.Started.Count >= batches), $"{batches} batches were started");

    /// <summary>
    /// Time passes, as often as the dispatcher needs it: it may have begun to wait only after some of it.
    /// </summary>
    private Task PassesUntilStartedAsync(int batches) =>
        Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(400));
                return Task.FromResult(Engine.Started.Count >= batches);
            },
            $"{batches} batches were started"
        );

    private Task<string?> SizesAsync() =>
        Sql.ScalarAsync<string>(
            _db.Names.App,
            "select string_agg(cardinality(order_ids)::text, ',' order by started_at, id) from batches"
        );
}
