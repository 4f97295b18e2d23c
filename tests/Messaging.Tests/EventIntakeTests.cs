using CsCheck;
using DaprShop.Contracts;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Messaging.Tests;

public sealed class EventIntakeTests : IAsyncLifetime
{
    private MessagingDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public Task Repeated_shuffled_and_lost_messages_still_apply_every_event_once_and_in_order()
    {
        var log = Intake.Events(40);
        var messages = Gen.Select(Gen.Int[0, 39], Gen.Int[1, 10], (first, length) =>
                Intake.Page(log.Skip(first).Take(length))
            )
            .Array[1, 4]
            .Array[0, 8];
        return messages.SampleAsync(
            async deliveries =>
            {
                await _database.ScalarAsync<object>("truncate effects, watermarks");
                using var intake = new Intake(_database) { Log = log };

                foreach (var pages in deliveries)
                    await intake.TakeAsync(pages);
                await intake.CatchUpAsync();

                (await _database.EffectsAsync()).Should().Equal(log.Select(e => e.Position));
            },
            iter: 40,
            threads: 1
        );
    }

    [Fact]
    public async Task Messages_in_order_need_nothing_of_the_producer()
    {
        using var intake = new Intake(_database) { Log = null };
        var log = Intake.Events(6);

        await intake.TakeAsync(Intake.Page(log.Take(3)), Intake.Page(log.Skip(3)));

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public async Task A_gap_is_fetched_from_the_producer_before_what_follows_it_is_applied()
    {
        using var intake = new Intake(_database) { Log = Intake.Events(20) };

        await intake.TakeAsync(Intake.Page(intake.Log.Skip(15).Take(2)));

        (await _database.EffectsAsync())
            .Should()
            .Equal(Enumerable.Range(1, (int)(await WatermarkAsync())).Select(i => (long)i));
        (await WatermarkAsync()).Should().BeGreaterThanOrEqualTo(17);
        intake.Fetches.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task While_the_producer_is_away_a_gap_applies_nothing_and_the_message_comes_again()
    {
        using var intake = new Intake(_database) { Log = null };

        var taking = () => intake.TakeAsync(Intake.Page(Intake.Events(3).Skip(1)));

        await taking.Should().ThrowAsync<HttpRequestException>();
        (await _database.EffectsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_no_message_has_brought_is_caught_up_with()
    {
        using var intake = new Intake(_database) { Log = Intake.Events(25) };

        (await intake.CatchUpAsync()).Should().Be(25);
        (await intake.CatchUpAsync()).Should().Be(0);

        (await _database.EffectsAsync()).Should().HaveCount(25);
    }

    [Fact]
    public async Task A_poisoned_event_is_parked_after_five_attempts_and_its_neighbours_pass_once()
    {
        using var intake = new Intake(_database)
        {
            Log = Intake.Events(9),
            BeforeCommit = PoisonAt(5, () => new InvalidOperationException("It cannot be.")),
        };

        for (var attempt = 1; attempt < DeadLetters.MaxAttempts; attempt++)
        {
            var taking = () => intake.TakeAsync(Intake.Page(intake.Log));
            await taking.Should().ThrowAsync<EventNotAppliedException>();
            (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4);
        }

        await intake.TakeAsync(Intake.Page(intake.Log));

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3, 4, 6, 7, 8, 9);
        (await _database.ScalarAsync<string>("select producer || position || cause from dead_letters"))
            .Should()
            .StartWith("payments5")
            .And.Contain("It cannot be.");
        (await _database.ScalarAsync<long>("select count(*) from intake_failures")).Should().Be(0);
    }

    [Fact]
    public async Task A_key_that_is_taken_is_poison_too_not_a_reason_to_try_for_ever()
    {
        await _database.ScalarAsync<object>(
            "create unique index on effects (position); insert into effects (position) values (2)"
        );
        using var intake = new Intake(_database);
        var page = Intake.Page(Intake.Events(3));

        for (var attempt = 1; attempt < DeadLetters.MaxAttempts; attempt++)
        {
            var taking = () => intake.TakeAsync(page);
            await taking.Should().ThrowAsync<EventNotAppliedException>();
        }

        await intake.TakeAsync(page);

        (await WatermarkAsync()).Should().Be(3);
    }

    [Fact]
    public async Task A_failure_that_passes_is_no_poison_and_takes_the_watermark_back_with_the_effect()
    {
        using var intake = new Intake(_database) { BeforeCommit = (_, _) => throw new TimeoutException("Not now.") };
        var page = Intake.Page(Intake.Events(3));

        for (var attempt = 0; attempt < DeadLetters.MaxAttempts + 1; attempt++)
        {
            var taking = () => intake.TakeAsync(page);
            await taking.Should().ThrowAsync<TimeoutException>();
        }

        (await _database.EffectsAsync()).Should().BeEmpty();
        (await WatermarkAsync()).Should().Be(0);
        (await _database.ScalarAsync<long>("select count(*) from intake_failures")).Should().Be(0);
    }

    [Fact]
    public async Task A_crash_between_effect_and_commit_leaves_neither_effect_nor_watermark()
    {
        using var intake = new Intake(_database) { BeforeCommit = (connection, _) => KillAsync(connection) };
        var page = Intake.Page(Intake.Events(3));

        var taking = () => intake.TakeAsync(page);
        await taking.Should().ThrowAsync<NpgsqlException>();
        (await _database.EffectsAsync()).Should().BeEmpty();

        intake.BeforeCommit = (_, _) => Task.CompletedTask;
        await intake.TakeAsync(page);
        (await _database.EffectsAsync()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Replicas_that_get_the_same_messages_apply_each_event_once()
    {
        var log = Intake.Events(60);
        var replicas = Enumerable.Range(0, 4).Select(_ => new Intake(_database) { Log = log }).ToList();

        await Task.WhenAll(
            replicas.SelectMany(replica =>
                log.Chunk(5).Select(chunk => Task.Run(() => replica.TakeAsync(Intake.Page(chunk))))
            )
        );

        (await _database.EffectsAsync()).Should().Equal(log.Select(e => e.Position));
        replicas.ForEach(r => r.Dispose());
    }

    [Fact]
    public async Task Two_replicas_that_meet_apply_an_event_once()
    {
        using var one = new Intake(_database);
        using var other = new Intake(_database);
        var page = Intake.Page(Intake.Events(3));
        await one.TakeAsync(Intake.Page(page.Events.Take(1)));
        await using var rival = await Rival.BeginAsync(_database.Owner, "lock table effects");
        var first = one.TakeAsync(page);
        await rival.IsWaitedForAsync(1);
        var second = other.TakeAsync(page);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        await Task.WhenAll(first, second);

        (await _database.EffectsAsync()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_poisoned_event_that_two_replicas_try_one_by_one_does_not_make_its_neighbours_happen_twice()
    {
        var poison = PoisonAt(2, () => new InvalidOperationException("It cannot be."));
        using var one = new Intake(_database) { BeforeCommit = poison };
        using var other = new Intake(_database) { BeforeCommit = poison };
        var page = Intake.Page(Intake.Events(3));
        await using var rival = await Rival.BeginAsync(
            _database.Owner,
            "insert into watermarks values ('payments', 0)"
        );
        var (first, second) = (one.TakeAsync(page), other.TakeAsync(page));
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        await first.Invoking(f => f).Should().ThrowAsync<EventNotAppliedException>();
        await second.Invoking(s => s).Should().ThrowAsync<EventNotAppliedException>();

        (await _database.EffectsAsync()).Should().Equal(1);
        (await _database.ScalarAsync<int>("select attempts from intake_failures")).Should().Be(2);
    }

    [Fact]
    public async Task Messages_that_come_at_once_wait_in_the_process_and_not_with_a_session_each()
    {
        await using var source = NpgsqlDataSource.Create(_database.Owner + ";Maximum Pool Size=1;Timeout=5");
        using var intake = new Intake(_database, source);
        await using var rival = await Rival.BeginAsync(
            _database.Owner,
            "insert into watermarks values ('payments', 0)"
        );

        var taking = Enumerable.Range(0, 5).Select(_ => intake.TakeAsync(Intake.Page(Intake.Events(3)))).ToList();
        await rival.IsWaitedForAsync();
        await Task.WhenAny(
            Task.WhenAny(taking),
            Task.Delay(TimeSpan.FromSeconds(5.5), TestContext.Current.CancellationToken)
        );
        await rival.CommitAsync();

        await Task.WhenAll(taking);
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
