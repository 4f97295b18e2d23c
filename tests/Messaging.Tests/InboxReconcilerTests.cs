using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Messaging.Tests;

/// <summary>Reconciliation with the producer's log continues after errors.</summary>
public sealed class InboxReconcilerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private MessagingDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_log_of_a_producer_that_was_unavailable_is_applied_once_it_is_back()
    {
        using var inbox = new TestInbox(_database) { Log = null };
        using var reconciler = await StartAsync(inbox);
        await UntilAsync(() => Task.FromResult(inbox.Fetches >= 2), "two requests failed");

        inbox.Log = TestInbox.Events(3);

        await UntilAsync(async () => (await _database.EffectsAsync()).Count == 3, "its events are applied");
        await reconciler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_poisoned_event_is_parked_eventually_and_later_events_are_applied()
    {
        using var inbox = new TestInbox(_database)
        {
            Log = TestInbox.Events(3),
            BeforeCommit = (_, events) =>
                events.Any(e => e.Position == 2) ? throw new InvalidOperationException("Poison.") : Task.CompletedTask,
        };
        using var reconciler = await StartAsync(inbox);

        await UntilAsync(
            async () => (await _database.EffectsAsync()).SequenceEqual([1, 3]),
            "its neighbours are applied"
        );
        await reconciler.StopAsync(CancellationToken.None);
    }

    private async Task<InboxReconciler> StartAsync(TestInbox inbox)
    {
        var reconciler = new InboxReconciler([inbox.Itself], _time, NullLogger<InboxReconciler>.Instance);
        await reconciler.StartAsync(CancellationToken.None);
        return reconciler;
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
