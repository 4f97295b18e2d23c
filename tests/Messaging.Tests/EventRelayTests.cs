using System.Collections.Concurrent;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Messaging.Tests;

public sealed class EventRelayTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Replica, EventPage Page)> _published = [];
    private readonly List<EventRelay> _relays = [];
    private MessagingDatabase _database = null!;
    private volatile bool _brokerRefuses;
    private long _poison;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays)
            await relay.StopAsync(CancellationToken.None);
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_log_is_published_in_order_and_the_cursor_follows()
    {
        await _database.AppendAsync(700);
        await StartAsync("one");
        await _database.AppendAsync(30);

        await CursorBecomesAsync(730);

        _published
            .SelectMany(p => p.Page.Events)
            .Select(e => e.Position)
            .Should()
            .Equal(Enumerable.Range(1, 730).Select(i => (long)i));
        _published.Should().OnlyContain(p => p.Page.Producer == Apps.Payments);
    }

    [Fact]
    public async Task The_cursor_waits_for_the_brokers_acknowledgement_and_refused_events_are_published_again()
    {
        _brokerRefuses = true;
        await _database.AppendAsync(3);
        await StartAsync("one");
        await Wait.UntilAsync(() => Task.FromResult(_published.Count >= 2), "two attempts");
        (await CursorAsync()).Should().Be(0);

        _brokerRefuses = false;

        await CursorBecomesAsync(3);
        _published.Last().Page.Events.Select(e => e.Position).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task One_replica_relays_and_another_takes_over_when_it_stops()
    {
        var first = await StartAsync("first");
        await _database.AppendAsync(1);
        await CursorBecomesAsync(1);
        await StartAsync("second");
        for (var i = 2; i <= 10; i++)
        {
            await _database.AppendAsync(1);
            await CursorBecomesAsync(i);
        }

        _published.Should().HaveCount(10).And.OnlyContain(p => p.Replica == "first");
        await first.StopAsync(CancellationToken.None);
        await _database.AppendAsync(1);

        await CursorBecomesAsync(11);
        _published.Last().Replica.Should().Be("second");
    }

    [Theory]
    [InlineData("half a character", """'{"text":"\ud800"}'""")]
    [InlineData("deep nesting", "(repeat('[', 100) || repeat(']', 100))")]
    [InlineData("four megabytes", "('\"' || repeat('x', 4000000) || '\"')")]
    public async Task An_event_that_cannot_be_serialised_is_told_in_its_place_and_its_neighbours_are_published(
        string what,
        string data
    )
    {
        await _database.AppendAsync(3);
        await _database.ScalarAsync<object>($"update events set data = {data}::json where position = 2");
        await StartAsync("one");

        await CursorBecomesAsync(3);

        _published
            .SelectMany(p => p.Page.Events)
            .Select(e => e.Type)
            .Should()
            .Equal(["test", EventTypes.Unpublishable, "test"], what);
        var served = JsonSerializer.Serialize(TestInbox.Page(await _database.LogAsync()), JsonSerializerOptions.Web);
        served.Should().Contain(EventTypes.Unpublishable, "consumers that ask for the log are told the same");
    }

    [Fact]
    public async Task An_event_at_which_publishing_fails_is_told_in_its_place_and_the_relay_goes_on()
    {
        _poison = 2;
        await _database.AppendAsync(4);
        await StartAsync("one");

        await CursorBecomesAsync(4);

        _published
            .SelectMany(p => p.Page.Events)
            .Select(e => (e.Position, e.Type))
            .Should()
            .Equal((1, "test"), (2, EventTypes.Unpublishable), (3, "test"), (4, "test"));
    }

    [Fact]
    public void An_event_that_cannot_be_broadcast_costs_its_neighbours_nothing()
    {
        var events = TestInbox.Events(4);

        var broadcasts = PagePublisher.Condense(
            [TestInbox.Page(events.Take(1)), TestInbox.Page(events.Skip(1))],
            page => page.Events.Any(e => e.Position == 3) ? throw new FormatException("No GUID.") : page,
            NullLogger.Instance
        );

        broadcasts.SelectMany(p => p.Events).Select(e => e.Position).Should().Equal(1, 2, 4);
    }

    private async Task<EventRelay> StartAsync(string replica)
    {
        var relay = new EventRelay(
            Topics.Payments,
            _database.Source,
            (pages, _) => PublishAsync(replica, pages),
            new RelaySignal(),
            TimeProvider.System,
            NullLogger<EventRelay>.Instance
        );
        _relays.Add(relay);
        await relay.StartAsync(CancellationToken.None);
        return relay;
    }

    private Task PublishAsync(string replica, IReadOnlyList<EventPage> pages)
    {
        if (pages.SelectMany(p => p.Events).Any(e => e.Position == _poison && e.Type != EventTypes.Unpublishable))
            throw new InvalidOperationException("It cannot be written.");
        foreach (var page in pages)
            _published.Enqueue((replica, page));
        return _brokerRefuses ? Task.FromException(new TimeoutException("No acknowledgement.")) : Task.CompletedTask;
    }

    private async Task<long> CursorAsync() => await _database.ScalarAsync<long>("select position from relay_cursor");

    private Task CursorBecomesAsync(long position) =>
        Wait.UntilAsync(async () => await CursorAsync() == position, $"the cursor is at {position}");
}
