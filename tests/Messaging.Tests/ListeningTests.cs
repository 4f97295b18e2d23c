using System.Text.Json;
using Dapr.AspNetCore;
using DaprShop.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Messaging.Tests;

/// <summary>What becomes of a broadcast at a replica.</summary>
public sealed class ListeningTests
{
    [Fact]
    public void What_cannot_be_heard_is_acknowledged_and_holds_up_nothing_behind_it()
    {
        var listener = new Listener();
        var bodies = new[] { Page(1), "{\"data\":7}", "{}", Page(2), Page(13), Page(3) };
        var entries = bodies
            .Select(
                (body, i) =>
                    new BulkSubscribeMessageEntry<JsonElement>(
                        $"{i}",
                        "application/cloudevents+json",
                        [],
                        JsonElement.Parse(body)
                    )
            )
            .ToList();

        var answer = Listening.Hear(
            listener,
            new BulkSubscribeMessage<JsonElement>(entries, Topics.BroadcastOf(Topics.Stock), []),
            NullLogger.Instance
        );

        listener.Heard.Should().Equal(1, 2, 3);
        answer
            .Statuses.Select(s => (s.EntryId, s.Status))
            .Should()
            .Equal(Enumerable.Range(0, bodies.Length).Select(i => ($"{i}", "SUCCESS")));
    }

    [Fact]
    public void A_broadcast_shares_its_name_with_no_work() =>
        new[] { Topics.Orders, Topics.Stock, Topics.Payments }
            .SelectMany(t => new[] { t, Topics.DeadLettersOf(t), Topics.BroadcastOf(t) })
            .Should()
            .OnlyHaveUniqueItems();

    private static string Page(long position) =>
        JsonSerializer.Serialize(
            new
            {
                data = new EventPage(
                    Apps.Inventory,
                    [
                        new LoggedEvent(
                            position,
                            Guid.Empty,
                            EventTypes.StockLevels,
                            "",
                            1,
                            DateTimeOffset.UnixEpoch,
                            null,
                            JsonElement.Parse("{}")
                        ),
                    ]
                ),
            },
            JsonSerializerOptions.Web
        );

    private sealed class Listener : IListener
    {
        public List<long> Heard { get; } = [];

        public string Topic => Topics.Stock;

        public void Hear(EventPage page)
        {
            if (page.Events[0].Position == 13)
                throw new InvalidOperationException("It is deaf to this one.");
            Heard.Add(page.Events[0].Position);
        }
    }
}
