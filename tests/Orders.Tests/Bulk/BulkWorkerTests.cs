using System.Net;
using DaprShop.Messaging;
using DaprShop.Orders.Bulk;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;
using static DaprShop.Orders.Tests.BulkScene;

namespace DaprShop.Orders.Tests;

/// <summary>Bulk workers, several at once.</summary>
public sealed class BulkWorkerTests
{
    [Fact]
    public async Task G29_Workers_that_check_a_file_concurrently_see_each_others_keys()
    {
        await using var scene = await CreateAsync();
        var twice = await scene.SubmitAsync(
            "twice",
            [Row(1, "k"), .. Rows(199, from: 2), Row(201, "k", quantity: "2"), .. Rows(199, from: 202)],
            BulkPolicies.RejectEverything
        );
        var job = (
            await scene.Queue.NextAsync(TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken)
        )!;

        await using var rival = await Rival.BeginAsync(
            scene.Db.Names.Owner,
            "lock table idempotency_keys in access exclusive mode"
        );
        var workers = Enumerable
            .Range(0, 2)
            .Select(_ => scene.Processor.RunAsync(job, TestContext.Current.CancellationToken))
            .ToList();
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();
        await Task.WhenAll(workers);

        (await scene.DescribeAsync(twice))
            .Should()
            .Be("rejected: 400 received, 0 accepted, 0 replayed, 1 rejected, 0 parked");
    }

    [Fact]
    public async Task Workers_that_fail_on_the_same_rows_count_one_failure()
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("file", Rows(2));
        var job = (await scene.Queue.NextAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None))!;
        for (var worker = 0; worker < 3; worker++)
            await scene.Queue.FailAsync(
                job,
                [new(1, null, null, 0), new(2, null, null, 0)],
                "poison",
                TimeProvider.System.GetUtcNow(),
                CancellationToken.None
            );

        (await scene.Db.NumberAsync("select max(attempts)::bigint from bulk_rows")).Should().Be(1);
    }

    [Fact]
    public async Task A_failure_is_counted_whatever_its_cause_says()
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("file", Rows(1));
        var job = (await scene.Queue.NextAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None))!;
        await scene.Queue.FailAsync(
            job,
            [new(1, null, null, 0)],
            "A\0",
            TimeProvider.System.GetUtcNow(),
            CancellationToken.None
        );

        (await Sql.ScalarAsync<string>(scene.Db.Names.App, "select format('%s %s', attempts, cause) from bulk_rows"))
            .Should()
            .Be("1 A\uFFFD");
    }

    [Theory]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "pending 1, pending 1")]
    [InlineData(HttpStatusCode.TooManyRequests, "pending 0, pending 0")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "pending 0, pending 0")]
    public async Task A_rejection_by_Inventory_counts_as_a_failure_and_its_absence_does_not(
        HttpStatusCode answer,
        string rows
    )
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("file", Rows(2));
        scene.Fakes.Failure = answer;
        var step = FluentActions.Awaiting(scene.StepAsync);
        if (rows.Contains('1'))
            await step.Should().NotThrowAsync();
        else
            await step.Should().ThrowAsync<HttpRequestException>();

        (
            await Sql.ScalarAsync<string>(
                scene.Db.Names.App,
                "select string_agg(format('%s %s', state, attempts), ', ') from bulk_rows"
            )
        )
            .Should()
            .Be(rows);
    }

    [Fact]
    public async Task Rows_locked_by_another_worker_are_skipped_without_waiting()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(300));
        await using var other = await Rival.BeginAsync(
            scene.Db.Names.App,
            "select from bulk_rows where row <= 200 for update"
        );

        await scene.DrainAsync();

        (await scene.DescribeAsync(job))
            .Should()
            .Be("running: 300 received, 100 accepted, 0 replayed, 0 rejected, 0 parked");
    }

    [Fact]
    public async Task G30_Two_workers_share_a_job_and_accept_each_row_once()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(2_000));

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(scene.DrainAsync)));
        await scene.DrainAsync();

        (await scene.DescribeAsync(job))
            .Should()
            .Be("done: 2000 received, 2000 accepted, 0 replayed, 0 rejected, 0 parked");
        (await scene.Db.NumberAsync("select count(distinct order_id) from bulk_rows")).Should().Be(2_000);
        (await scene.OrdersAsync()).Should().Be(2_000);
    }

    [Fact]
    public async Task G30_A_worker_that_dies_in_its_transaction_loses_nothing_and_repeats_nothing()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(250));
        await using (var rival = await Rival.BeginAsync(scene.Db.Names.App, "select from event_head for update"))
        {
            var dying = Task.Run(scene.StepAsync);
            await rival.IsWaitedForAsync();
            await Sql.ScalarAsync<bool>(
                scene.Db.Names.App,
                "select pg_terminate_backend(pid) from pg_locks where not granted limit 1"
            );
            await FluentActions.Awaiting(() => dying).Should().ThrowAsync<NpgsqlException>();
        }

        (await scene.DescribeAsync(job))
            .Should()
            .Be("running: 250 received, 0 accepted, 0 replayed, 0 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(0);
        await scene.DrainAsync();
        (await scene.DescribeAsync(job))
            .Should()
            .Be("done: 250 received, 250 accepted, 0 replayed, 0 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(250);
        (await scene.Db.NumberAsync("select max(attempts)::bigint from bulk_rows"))
            .Should()
            .Be(0, "it was no row's fault");
    }

    [Fact]
    public async Task Jobs_take_turns()
    {
        await using var scene = await CreateAsync();
        var (first, second) = (
            await scene.SubmitAsync("first", Rows(600)),
            await scene.SubmitAsync("second", Rows(600))
        );
        for (var step = 0; step < 4; step++)
            await scene.StepAsync();
        (await scene.DescribeAsync(first), await scene.DescribeAsync(second))
            .Should()
            .Be(
                (
                    "running: 600 received, 400 accepted, 0 replayed, 0 rejected, 0 parked",
                    "running: 600 received, 400 accepted, 0 replayed, 0 rejected, 0 parked"
                )
            );
    }

    [Fact]
    public async Task A_file_waits_while_the_saga_has_a_backlog()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(1_000));
        using var worker = scene.Worker(backlog: 300);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        Task<long> WaitingAsync() => scene.Db.NumberAsync("select count(*) from orders where status = 'accepted'");
        await Wait.UntilAsync(async () => await WaitingAsync() >= 300, "the saga has enough");

        // Each look at the job could bring another processing.
        for (var look = 0; look < 5; look++)
        {
            var seen = await Sql.ScalarAsync<DateTime>(scene.Db.Names.App, "select served_at from bulk_jobs");
            await Wait.UntilAsync(
                async () =>
                    await Sql.ScalarAsync<DateTime>(scene.Db.Names.App, "select served_at from bulk_jobs") > seen,
                "the worker has polled once more"
            );
        }

        (await WaitingAsync()).Should().BeInRange(300, 299 + 200, "a processing has 200 rows");
        await Wait.UntilAsync(
            async () =>
            {
                // The saga, at a pace of its own.
                await Sql.ScalarAsync<object>(
                    scene.Db.Names.App,
                    "update orders set status = 'confirmed' where status = 'accepted'"
                );
                return (await scene.DescribeAsync(job))!.StartsWith("done: 1000 received, 1000 accepted");
            },
            "the file is accepted"
        );
        await worker.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_batch_of_long_rows_is_short()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync(
            "file",
            [.. Enumerable.Range(1, 10).Select(i => Row(i) with { Body = Row(i).Body + new string(' ', 200_000) })]
        );
        await scene.StepAsync();
        (await scene.DescribeAsync(job)).Should().StartWith("running: 10 received, 5 accepted", "they are a megabyte");
    }
}
