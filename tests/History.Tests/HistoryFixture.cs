using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.History.Tests;

/// <summary>The service on its own migrated database, with the part of the sidecar that delivers messages.</summary>
public sealed class HistoryFixture : IAsyncLifetime, IHttpClientFactory
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, EventPage> _orders = new();
    private readonly Dictionary<string, long> _positions = [];

    public TestDatabase Database { get; private set; } = null!;

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("history", owner =>
            ServiceDefaults.Database.MigrateAsync<HistoryDbContext>(owner, o => new HistoryDbContext(o))
        );
        Service = new ServiceHost<Program>(Database.App, services => services.AddSingleton<IHttpClientFactory>(this));
    }

    /// <summary>Events that Orders has in its log, and has not published.</summary>
    internal void Append(Guid order, params (string Type, DateTimeOffset At, object Data)[] events) =>
        _orders[$"/internal/orders/{order}/events"] = new EventPage(
            Apps.Orders,
            [
                .. events.Select(
                    (e, i) =>
                        new LoggedEvent(
                            1_000_000 + i,
                            Guid.CreateVersion7(),
                            e.Type,
                            $"{order}",
                            i + 1,
                            e.At,
                            null,
                            JsonSerializer.SerializeToElement(e.Data, JsonSerializerOptions.Web)
                        )
                ),
            ]
        );

    /// <summary>The services behind the sidecar: only the event log of Orders answers.</summary>
    public HttpClient CreateClient(string name) =>
        new(new EventLogOfOrders(_orders)) { BaseAddress = new Uri($"http://{name}/") };

    private sealed class EventLogOfOrders(System.Collections.Concurrent.ConcurrentDictionary<string, EventPage> orders)
        : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
                ? Task.FromResult(
                    orders.TryGetValue(request.RequestUri.AbsolutePath, out var page)
                        ? new HttpResponseMessage { Content = JsonContent.Create(page) }
                        : new HttpResponseMessage(System.Net.HttpStatusCode.NotFound)
                )
                : throw new HttpRequestException("No sidecar.");
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
