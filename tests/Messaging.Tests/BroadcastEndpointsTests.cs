using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Messaging.Tests;

/// <summary>How a replica handles broadcasts.</summary>
public sealed class BroadcastEndpointsTests
{
    [Fact]
    public async Task A_page_that_cannot_be_handled_is_acknowledged_and_delays_no_other_page()
    {
        var handler = new RecordingHandler();
        var bodies = new[] { Page(1), "{\"data\":7}", "{}", Page(2), Page(13), "null", Page(3, 13, 4) };
        var entries = bodies.Select((body, i) => $$"""{"entryId":"{{i}}","event":{{body}}}""");
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"entries":[{{string.Join(',', entries)}}]}"""));

        var answer = BroadcastEndpoints.Handle(
            handler,
            await BulkDelivery.ReadAsync(request, Topics.Stock, TestContext.Current.CancellationToken),
            NullLogger.Instance
        );

        handler.Handled.Should().Equal(1, 2, 3, 4);
        answer
            .Statuses.Select(s => (s.EntryId, s.Status))
            .Should()
            .Equal(Enumerable.Range(0, bodies.Length).Select(i => ($"{i}", "SUCCESS")));
    }

    [Fact]
    public void A_broadcast_topic_has_a_name_of_its_own() =>
        new[] { Topics.Orders, Topics.Stock, Topics.Payments }
            .SelectMany(t => new[] { t, Topics.DeadLettersOf(t), Topics.BroadcastOf(t) })
            .Should()
            .OnlyHaveUniqueItems();

    private static string Page(params long[] positions) =>
        JsonSerializer.Serialize(
            new
            {
                data = new EventPage(
                    Apps.Inventory,
                    [
                        .. positions.Select(position => new LoggedEvent(
                            position,
                            Guid.Empty,
                            EventTypes.StockLevels,
                            "",
                            1,
                            DateTimeOffset.UnixEpoch,
                            null,
                            JsonElement.Parse("{}")
                        )),
                    ]
                ),
            },
            JsonSerializerOptions.Web
        );

    private sealed class RecordingHandler : IBroadcastHandler
    {
        public List<long> Handled { get; } = [];

        public string Topic => Topics.Stock;

        public void Handle(EventPage page)
        {
            if (page.Events.Any(e => e.Position == 13))
                throw new InvalidOperationException("This event fails.");
            Handled.AddRange(page.Events.Select(e => e.Position));
        }
    }
}
