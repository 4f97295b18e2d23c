using CsCheck;
using DaprShop.Contracts;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Messaging.Tests;

public sealed class InboxTests : IAsyncLifetime
{
    private MessagingDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public Task Repeated_shuffled_and_lost_messages_still_apply_every_event_once_and_in_order()
    {
        var log = TestInbox.Events(40);
        var messages = Gen.Select(Gen.Int[0, 39], Gen.Int[1, 10], (first, length) =>
                TestInbox.Page(log.Skip(first).Take(length))
            )
            .Array[1, 4]
            .Array[0, 8];
        return messages.SampleAsync(
            async deliveries =>
            {
                await _database.ScalarAsync<object>("truncate effects, watermarks");
                using var inbox = new TestInbox(_database) { Log = log };

                foreach (var pages in deliveries)
                    await inbox.ApplyPagesAsync(pages);
                await inbox.ReconcileAsync();

                (await _database.EffectsAsync()).Should().Equal(log.Select(e => e.Position));
            },
            iter: 40,
            threads: 1
        );
    }

    [Fact]
    public async Task Messages_in_order_cause_no_request_to_the_producer()
    {
        using var inbox = new TestInbox(_database) { Log = null };
        var log = TestInbox.Events(6);

        await inbox.ApplyPagesAsync(TestInbox.Page(log.Take(3)), TestInbox.Page(log.Skip(3)));

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public async Task A_gap_is_fetched_from_the_producer_before_later_events_are_applied()
    {
        using var inbox = new TestInbox(_database) { Log = TestInbox.Events(20) };

        await inbox.ApplyPagesAsync(TestInbox.Page(inbox.Log.Skip(15).Take(2)));

        (await _database.EffectsAsync())
            .Should()
            .Equal(Enumerable.Range(1, (int)(await WatermarkAsync())).Select(i => (long)i));
        (await WatermarkAsync()).Should().BeGreaterThanOrEqualTo(17);
        inbox.Fetches.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task While_the_producer_is_unavailable_a_gap_applies_nothing_and_the_message_is_retried()
    {
        using var inbox = new TestInbox(_database) { Log = null };

        var applying = () => inbox.ApplyPagesAsync(TestInbox.Page(TestInbox.Events(3).Skip(1)));

        await applying.Should().ThrowAsync<HttpRequestException>();
        (await _database.EffectsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Events_that_no_message_has_brought_are_reconciled()
    {
        using var inbox = new TestInbox(_database) { Log = TestInbox.Events(25) };

        (await inbox.ReconcileAsync()).Should().Be(25);
        (await inbox.ReconcileAsync()).Should().Be(0);

        (await _database.EffectsAsync()).Should().HaveCount(25);
    }

    [Fact]
    public async Task A_poisoned_event_is_parked_after_five_attempts_and_its_neighbours_are_applied_once()
    {
        using var inbox = new TestInbox(_database)
        {
            Log = TestInbox.Events(9),
            BeforeCommit = PoisonAt(5, () => new InvalidOperationException("Poison.")),
        };

        for (var attempt = 1; attempt < DeadLetters.MaxAttempts; attempt++)
        {
            var applying = () => inbox.ApplyPagesAsync(TestInbox.Page(inbox.Log));
            await applying.Should().ThrowAsync<EventNotAppliedException>();
            (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4);
        }

        await inbox.ApplyPagesAsync(TestInbox.Page(inbox.Log));

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4, 6, 7, 8, 9);
        (await _database.ScalarAsync<string>("select producer || position || cause from dead_letters"))
            .Should()
            .StartWith("payments5")
            .And.Contain("Poison.");
        (await _database.ScalarAsync<long>("select count(*) from inbox_failures")).Should().Be(0);
    }

    [Fact]
    public async Task What_its_producer_could_not_publish_is_parked_at_once_and_replayed_from_the_mended_log()
    {
        var log = TestInbox.Events(3);
        using var inbox = new TestInbox(_database) { Log = [.. log] };
        inbox.Log[1] = log[1].AsUnpublishable("The payload is not JSON.");

        await inbox.ApplyPagesAsync(TestInbox.Page(inbox.Log));

        (await _database.EffectsAsync()).Should().Equal(1, 3);
        (await _database.ScalarAsync<string>("select cause from dead_letters"))
            .Should()
            .Be(
                "Event 2 (event.unpublishable.v1) could not be applied. "
                    + "Its producer could not publish it: The payload is not JSON."
            );

        await using var connection = await _database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var replaying = () => inbox.Itself.ReplayAsync(connection, inbox.Log[1], CancellationToken.None);
        await replaying.Should().ThrowAsync<UnpublishableEventException>("the log is as it was");
        var parked = inbox.Log[1];
        inbox.Log = log;
        await inbox.Itself.ReplayAsync(connection, parked, CancellationToken.None);

        (await _database.EffectsAsync()).Should().Equal(1, 3, 2);
    }

    [Fact]
    public async Task A_unique_violation_is_parked_too_and_not_retried_for_ever()
    {
        await _database.ScalarAsync<object>(
            "create unique index on effects (position); insert into effects (position) values (2)"
        );
        using var inbox = new TestInbox(_database);
        var page = TestInbox.Page(TestInbox.Events(3));

        for (var attempt = 1; attempt < DeadLetters.MaxAttempts; attempt++)
        {
            var applying = () => inbox.ApplyPagesAsync(page);
            await applying.Should().ThrowAsync<EventNotAppliedException>();
        }

        await inbox.ApplyPagesAsync(page);

        (await WatermarkAsync()).Should().Be(3);
    }

    [Fact]
    public async Task A_transient_failure_is_not_parked_and_rolls_back_effect_and_watermark()
    {
        using var inbox = new TestInbox(_database)
        {
            BeforeCommit = (_, _) => throw new TimeoutException("Not available."),
        };
        var page = TestInbox.Page(TestInbox.Events(3));

        for (var attempt = 0; attempt < DeadLetters.MaxAttempts + 1; attempt++)
        {
            var applying = () => inbox.ApplyPagesAsync(page);
            await applying.Should().ThrowAsync<TimeoutException>();
        }

        (await _database.EffectsAsync()).Should().BeEmpty();
        (await WatermarkAsync()).Should().Be(0);
        (await _database.ScalarAsync<long>("select count(*) from inbox_failures")).Should().Be(0);
    }

    [Fact]
    public async Task A_crash_between_effect_and_commit_leaves_neither_effect_nor_watermark()
    {
        using var inbox = new TestInbox(_database) { BeforeCommit = (connection, _) => KillAsync(connection) };
        var page = TestInbox.Page(TestInbox.Events(3));

        var applying = () => inbox.ApplyPagesAsync(page);
        await applying.Should().ThrowAsync<NpgsqlException>();
        (await _database.EffectsAsync()).Should().BeEmpty();

        inbox.BeforeCommit = (_, _) => Task.CompletedTask;
        await inbox.ApplyPagesAsync(page);
        (await _database.EffectsAsync()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Replicas_that_get_the_same_messages_apply_each_event_once()
    {
        var log = TestInbox.Events(60);
        var replicas = Enumerable.Range(0, 4).Select(_ => new TestInbox(_database) { Log = log }).ToList();

        await Task.WhenAll(
            replicas.SelectMany(replica =>
                log.Chunk(5).Select(chunk => Task.Run(() => replica.ApplyPagesAsync(TestInbox.Page(chunk))))
            )
        );

        (await _database.EffectsAsync()).Should().Equal(log.Select(e => e.Position));
        replicas.ForEach(r => r.Dispose());
    }

    [Fact]
    public async Task Two_concurrent_replicas_apply_an_event_once()
    {
        using var one = new TestInbox(_database);
        using var other = new TestInbox(_database);
        var page = TestInbox.Page(TestInbox.Events(3));
        await one.ApplyPagesAsync(TestInbox.Page(page.Events.Take(1)));
        await using var rival = await Rival.BeginAsync(_database.Owner, "lock table effects");
        var first = one.ApplyPagesAsync(page);
        await rival.IsWaitedForAsync(1);
        var second = other.ApplyPagesAsync(page);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        await Task.WhenAll(first, second);

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Two_replicas_that_isolate_the_same_poisoned_event_apply_its_neighbours_once()
    {
        var poison = PoisonAt(2, () => new InvalidOperationException("Poison."));
        using var one = new TestInbox(_database) { BeforeCommit = poison };
        using var other = new TestInbox(_database) { BeforeCommit = poison };
        var page = TestInbox.Page(TestInbox.Events(3));
        await using var rival = await Rival.BeginAsync(
            _database.Owner,
            "insert into watermarks values ('payments', 0)"
        );
        var (first, second) = (one.ApplyPagesAsync(page), other.ApplyPagesAsync(page));
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        await first.Invoking(f => f).Should().ThrowAsync<EventNotAppliedException>();
        await second.Invoking(s => s).Should().ThrowAsync<EventNotAppliedException>();

        (await _database.EffectsAsync()).Should().Equal(1);
        (await _database.ScalarAsync<int>("select attempts from inbox_failures")).Should().Be(2);
    }

    [Fact]
    public async Task Concurrent_messages_wait_in_the_process_without_a_database_session_each()
    {
        await using var source = NpgsqlDataSource.Create(_database.Owner + ";Maximum Pool Size=1;Timeout=5");
        using var inbox = new TestInbox(_database, source);
        await using var rival = await Rival.BeginAsync(
            _database.Owner,
            "insert into watermarks values ('payments', 0)"
        );

        var applying = Enumerable
            .Range(0, 5)
            .Select(_ => inbox.ApplyPagesAsync(TestInbox.Page(TestInbox.Events(3))))
            .ToList();
        await rival.IsWaitedForAsync();
        await Task.WhenAny(
            Task.WhenAny(applying),
            Task.Delay(TimeSpan.FromSeconds(5.5), TestContext.Current.CancellationToken)
        );
        await rival.CommitAsync();

        await Task.WhenAll(applying);
    }

    private async Task<long> WatermarkAsync() => await _database.ScalarAsync<long>("select position from watermarks");

    private static Func<NpgsqlConnection, IReadOnlyList<LoggedEvent>, Task> PoisonAt(
        long position,
        Func<Exception> poison
    ) => (_, events) => events.Any(e => e.Position == position) ? throw poison() : Task.CompletedTask;

    private async Task KillAsync(NpgsqlConnection connection)
    {
        await _database.ScalarAsync<bool>($"select pg_terminate_backend({connection.ProcessID})");
        await Wait.UntilAsync(
            async () =>
                await _database.ScalarAsync<long>(
                    $"select count(*) from pg_stat_activity where pid = {connection.ProcessID}"
                ) == 0,
            "the backend is gone"
        );
    }
}
