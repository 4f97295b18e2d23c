using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>The watchdog, on a clock that the test advances.</summary>
public sealed class WatchdogTests
{
    [Fact]
    public async Task A_batch_without_progress_for_thirty_seconds_loses_its_orders_even_after_a_database_outage()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(db.Names.App + ";Application Name=watchdog");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var dispatch = new DispatchSignal();
        using var watchdog = new Watchdog(
            new SagaStore(source, new RelaySignal(), new SagaOptions(), time),
            new SagaOptions(),
            dispatch,
            time,
            NullLogger<Watchdog>.Instance
        );
        await db.AcceptAsync(1);
        await db.ClaimAsync();
        await watchdog.StartAsync(CancellationToken.None);

        var waited = TimeSpan.Zero;
        await Wait.UntilAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(2));
                waited += TimeSpan.FromSeconds(2);
                if (waited == TimeSpan.FromSeconds(10))
                    await EndSessionsAsync(db);
                return await db.NumberAsync("select count(*) from orders where batch_id is null") == 1;
            },
            "the order is free"
        );

        waited.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await dispatch.WaitAsync(Timeout.InfiniteTimeSpan, deadline.Token);
        await watchdog.StopAsync(CancellationToken.None);
    }

    private static async Task EndSessionsAsync(OrdersDatabase db) =>
        await Sql.ScalarAsync<object>(
            (await TestKit.LocalPostgres.SharedAsync()).Admin,
            $"""
            select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{db.Names.Name}' and application_name = 'watchdog'
            """
        );
}
