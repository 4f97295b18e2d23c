using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Messaging.Tests;

/// <summary>The comparison with the producer's log goes on, whatever it meets.</summary>
public sealed class CatchUpTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private MessagingDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_producer_that_was_away_is_caught_up_with_when_it_is_back()
    {
        using var intake = new Intake(_database) { Log = null };
        using var catchUp = await StartAsync(intake);
        await UntilAsync(() => Task.FromResult(intake.Fetches >= 2), "it was asked in vain");

        intake.Log = Intake.Events(3);

        await UntilAsync(async () => (await _database.EffectsAsync()).Count == 3, "what it logged is here");
        await catchUp.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_poisoned_event_is_parked_in_the_end_and_what_follows_it_passes()
    {
        using var intake = new Intake(_database)
        {
            Log = Intake.Events(3),
            BeforeCommit = (_, events) =>
                events.Any(e => e.Position == 2)
                    ? throw new InvalidOperationException("It cannot be.")
                    : Task.CompletedTask,
        };
        using var catchUp = await StartAsync(intake);

        await UntilAsync(
            async () => (await _database.EffectsAsync()).SequenceEqual([1, 3]),
            "its neighbours have passed"
        );
        await catchUp.StopAsync(CancellationToken.None);
    }

    private async Task<CatchUp> StartAsync(Intake intake)
    {
        var catchUp = new CatchUp([intake.Itself], _time, NullLogger<CatchUp>.Instance);
        await catchUp.StartAsync(CancellationToken.None);
        return catchUp;
    }

    private Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return condition();
            },
            what
        );
}
