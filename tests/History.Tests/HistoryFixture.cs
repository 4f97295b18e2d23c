using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.History.Tests;

/// <summary>The service on its own migrated database, with the part of the sidecar that delivers messages.</summary>
public sealed class HistoryFixture : IAsyncLifetime
{
    private readonly Dictionary<string, long> _positions = [];

    public TestDatabase Database { get; private set; } = null!;

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("history", owner =>
            ServiceDefaults.Database.MigrateAsync<HistoryDbContext>(owner, o => new HistoryDbContext(o))
        );
        Service = new ServiceHost<Program>(Database.App);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    /// <summary>
    /// Delivers <paramref name="events"/> as the producer's next page. Returns the status that the sidecar gets.
    /// </summary>
    public Task<string> PublishAsync(
        string topic,
        params IEnumerable<(string Type, DateTimeOffset At, object Data)> events
    ) => DeliverAsync(topic, Page(topic, events));

    /// <summary>A page of the producer's next events, not delivered yet.</summary>
    internal EventPage Page(string topic, params IEnumerable<(string Type, DateTimeOffset At, object Data)> events) =>
        new(
            Topics.ProducerOf(topic),
            [
                .. events.Select(e => new LoggedEvent(
                    Next(topic),
                    Guid.CreateVersion7(),
                    e.Type,
                    "subject",
                    1,
                    e.At,
                    null,
                    JsonSerializer.SerializeToElement(e.Data, JsonSerializerOptions.Web)
                )),
            ]
        );

    /// <summary>
    /// Delivers <paramref name="data"/> as daprd's bulk subscription does, and returns the entry's status.
    /// </summary>
    internal async Task<string> DeliverAsync(string topic, object data)
    {
        using var response = await Service
            .CreateClient()
            .PostAsJsonAsync(
                $"subscriptions/{topic}",
                new
                {
                    id = "bulk",
                    pubsubname = "pubsub",
                    topic,
                    type = "com.dapr.event.sent.bulk",
                    metadata = new { },
                    entries = new[]
                    {
                        new
                        {
                            entryId = "1",
                            contentType = "application/cloudevents+json",
                            metadata = new { },
                            @event = new
                            {
                                id = "x",
                                specversion = "1.0",
                                source = "test",
                                type = EventTypes.Page,
                                datacontenttype = "application/json",
                                data,
                            },
                        },
                    },
                },
                JsonSerializerOptions.Web
            );
        response.EnsureSuccessStatusCode();
        var statuses = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("statuses");
        return statuses[0].GetProperty("status").GetString()!;
    }

    /// <summary>Posts a body as a sidecar does; returns the status of each entry.</summary>
    internal async Task<string> DeliverBytesAsync(string route, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await Service.CreateClient().PostAsync(route, content);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync() is { Length: > 0 } text
            ? string.Join(
                ' ',
                JsonElement
                    .Parse(text)
                    .GetProperty("statuses")
                    .EnumerateArray()
                    .Select(s => $"{s.GetProperty("entryId")}={s.GetProperty("status")}")
            )
            : "";
    }

    private long Next(string topic) => _positions[topic] = _positions.GetValueOrDefault(topic) + 1;
}
