using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using EmbeddedDapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EmbeddedDapr.Tests;

public sealed class PublishingTests
{
    [Fact]
    public async Task Data_is_wrapped_as_daprd_wraps_it()
    {
        await using var wire = await Wire.StartAsync();
        await wire.PostAsync("/v1.0/publish/pubsub/notes", "application/json", """{"a":1}""", HttpStatusCode.NoContent);
        var message = await wire.NextAsync();
        message.GetProperty("data").GetProperty("a").GetInt32().Should().Be(1);
        new[] { "datacontenttype", "source", "specversion", "type", "topic", "pubsubname" }
            .Select(name => message.GetProperty(name).GetString())
            .Should()
            .Equal("application/json", "reader", "1.0", "com.dapr.event.sent", "notes", "pubsub");
        message.GetProperty("id").GetString().Should().NotBeEmpty();
        message.GetProperty("time").GetDateTimeOffset().Should().BeAfter(DateTimeOffset.UnixEpoch);

        await wire.PostAsync("/v1.0/publish/pubsub/notes", "text/plain", "hello", HttpStatusCode.NoContent);
        (await wire.NextAsync()).GetProperty("data").GetString().Should().Be("hello");
        await wire.PostAsync(
            "/v1.0/publish/pubsub/notes",
            "application/octet-stream",
            "hello",
            HttpStatusCode.NoContent
        );
        (await wire.NextAsync()).GetProperty("data_base64").GetBytesFromBase64().Should().Equal("hello"u8.ToArray());
        await wire.PostAsync(
            "/v1.0/publish/pubsub/notes?metadata.cloudevent.id=x1&metadata.cloudevent.type=tt",
            "application/json",
            "{bad",
            HttpStatusCode.NoContent
        );
        message = await wire.NextAsync();
        new[] { "data", "id", "type" }
            .Select(name => message.GetProperty(name).GetString())
            .Should()
            .Equal("{bad", "x1", "tt");
    }

    [Fact]
    public async Task A_CloudEvent_of_the_official_client_is_passed_through()
    {
        await using var wire = await Wire.StartAsync();
        var sent = new CloudEvent<Note>(new Note("a"))
        {
            Id = "7",
            Source = new("urn:x"),
            Type = "t",
            Subject = "s",
            Time = DateTimeOffset.UnixEpoch,
        };
        await wire.Client.BulkPublishEventAsync(TestSidecars.PubSub, "notes", [sent]);
        var message = await wire.NextAsync();
        new[] { "id", "source", "type", "subject", "topic", "pubsubname" }
            .Select(name => message.GetProperty(name).GetString())
            .Should()
            .Equal("7", "urn:x", "t", "s", "notes", "pubsub");
        message.GetProperty("time").GetDateTimeOffset().Should().Be(DateTimeOffset.UnixEpoch);
        message.GetProperty("data").GetProperty("text").GetString().Should().Be("a");
    }

    [Fact]
    public async Task The_trace_context_is_delivered_with_the_message()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using var wire = await Wire.StartAsync();
        await wire.PostAsync(
            "/v1.0/publish/pubsub/notes",
            "application/json",
            "1",
            HttpStatusCode.NoContent,
            ("traceparent", Parent)
        );
        (await wire.NextAsync()).GetProperty("traceparent").GetString().Should().Be(Parent);
        wire.Headers.Should().Contain("traceparent", Parent);
    }

    [Fact]
    public async Task A_raw_payload_is_delivered_unchanged()
    {
        await using var wire = await Wire.StartAsync();
        await wire.PostAsync(
            "/v1.0/publish/pubsub/notes?metadata.rawPayload=true",
            "application/json",
            """{"r":1}""",
            HttpStatusCode.NoContent
        );
        (await wire.NextAsync()).GetRawText().Should().Be("""{"r":1}""");
        await wire.PostAsync(
            "/v1.0/publish/pubsub/raw?metadata.rawPayload=true",
            "application/json",
            """{"r":2}""",
            HttpStatusCode.NoContent
        );
        (await wire.NextAsync())
            .GetProperty("data_base64")
            .GetBytesFromBase64()
            .Should()
            .Equal("{\"r\":2}"u8.ToArray());
    }

    [Theory]
    [InlineData("/v1.0/publish/nope/notes", "{}", "application/json", HttpStatusCode.NotFound, "ERR_PUBSUB_NOT_FOUND")]
    [InlineData(
        "/v1.0/publish/pubsub/notes",
        "xx",
        "application/cloudevents+json",
        HttpStatusCode.BadRequest,
        "ERR_PUBSUB_CLOUD_EVENTS_SER"
    )]
    [InlineData(
        "/v1.0/publish/bulk/pubsub/notes",
        "{}",
        "application/json",
        HttpStatusCode.BadRequest,
        "ERR_PUBSUB_EVENTS_SER"
    )]
    [InlineData(
        "/v1.0-alpha1/publish/bulk/pubsub/notes",
        """[{"entryId":"1","event":1},{"entryId":"1","event":2}]""",
        "application/json",
        HttpStatusCode.BadRequest,
        "ERR_PUBSUB_EVENTS_SER"
    )]
    public async Task An_invalid_publish_request_is_rejected(
        string path,
        string body,
        string contentType,
        HttpStatusCode status,
        string code
    )
    {
        await using var wire = await Wire.StartAsync();
        (await wire.PostAsync(path, contentType, body, status)).GetProperty("errorCode").GetString().Should().Be(code);
    }

    [Fact]
    public async Task A_bulk_over_http_arrives()
    {
        await using var wire = await Wire.StartAsync();
        await wire.PostAsync(
            "/v1.0/publish/bulk/pubsub/notes",
            "application/json",
            """
            [
              {"entryId":"1","event":{"q":1},"contentType":"application/json"},
              {"entryId":"2","event":"text","contentType":"text/plain"}
            ]
            """,
            HttpStatusCode.NoContent
        );
        var messages = new[] { await wire.NextAsync(), await wire.NextAsync() };
        messages.Select(m => m.GetProperty("data").ToString()).Should().BeEquivalentTo("""{"q":1}""", "text");
    }

    /// <summary>An app that records the bodies it receives.</summary>
    private sealed class Wire(
        TestRuntime runtime,
        SubscriberApp app,
        HttpClient http,
        DaprClient client,
        BlockingCollection<JsonElement> bodies,
        ConcurrentDictionary<string, string> headers
    ) : IAsyncDisposable
    {
        public DaprClient Client => client;

        public ConcurrentDictionary<string, string> Headers => headers;

        public static async Task<Wire> StartAsync()
        {
            var sidecar = TestSidecars.For("reader");
            var bodies = new BlockingCollection<JsonElement>();
            var headers = new ConcurrentDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var runtime = await TestRuntime.StartAsync(sidecar);
            var app = await SubscriberApp.StartAsync(sidecar, (_, routes) =>
            {
                routes
                    .MapPost("/notes", (HttpRequest request, JsonElement body) => Keep(request, body))
                    .WithTopic(TestSidecars.PubSub, "notes");
                routes
                    .MapPost("/raw", (HttpRequest request, JsonElement body) => Keep(request, body))
                    .WithTopic(TestSidecars.PubSub, "raw", enableRawPayload: true);
            });
            return new(runtime, app, TestRuntime.HttpOf(sidecar), TestRuntime.ClientOf(sidecar), bodies, headers);

            void Keep(HttpRequest request, JsonElement body)
            {
                foreach (var (name, value) in request.Headers)
                    headers[name] = value.ToString();
                bodies.Add(body);
            }
        }

        public async Task<JsonElement> PostAsync(
            string path,
            string contentType,
            string body,
            HttpStatusCode expected,
            params (string Name, string Value)[] headers
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(body, Encoding.UTF8),
            };
            request.Content.Headers.ContentType = new(contentType);
            foreach (var (name, value) in headers)
                request.Headers.Add(name, value);
            using var response = await http.SendAsync(request);
            response.StatusCode.Should().Be(expected);
            var answer = await response.Content.ReadAsByteArrayAsync();
            return answer.Length == 0 ? default : JsonElement.Parse(answer);
        }

        public Task<JsonElement> NextAsync() =>
            Task.Run(() =>
                bodies.TryTake(out var body, TimeSpan.FromSeconds(20))
                    ? body
                    : throw new TimeoutException("No message was received.")
            );

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            client.Dispose();
            await app.DisposeAsync();
            await runtime.DisposeAsync();
            bodies.Dispose();
        }
    }
}
