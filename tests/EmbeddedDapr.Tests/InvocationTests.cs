using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapr.Client;
using EmbeddedDapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EmbeddedDapr.Tests;

public sealed class InvocationTests
{
    [Fact]
    public async Task Request_and_response_are_passed_through_unchanged()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.Map("/a/{**rest}", async (HttpRequest request) =>
            {
                var body = await new StreamReader(request.Body).ReadToEndAsync();
                return Results.Text(
                    $"{request.Method} {request.Path}{request.QueryString} {request.Headers["x-colour"]} {body}",
                    statusCode: 418
                );
            })
        );
        using var official = DaprClient.CreateInvokeHttpClient("target", $"http://127.0.0.1:{caller.HttpPort}");
        using var request = new HttpRequestMessage(HttpMethod.Put, "/a/b%20c?d=e%2Ff")
        {
            Content = new StringContent("body"),
            Headers = { { "x-colour", "red" } },
        };

        var answer = await official.SendAsync(request);

        ((int)answer.StatusCode).Should().Be(418);
        (await answer.Content.ReadAsStringAsync()).Should().Be("PUT /a/b%20c?d=e%2Ff red body");
    }

    [Fact]
    public async Task O6_A_header_with_letters_beyond_ASCII_reaches_the_app()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapGet("/a", (HttpRequest request) => request.Headers["x-colour"].ToString())
        );
        using var http = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }
        )
        {
            BaseAddress = new Uri($"http://127.0.0.1:{caller.HttpPort}"),
        };
        http.DefaultRequestHeaders.Add("dapr-app-id", "target");
        http.DefaultRequestHeaders.TryAddWithoutValidation("x-colour", "gr\u00fcn");

        (await http.GetStringAsync("/a")).Should().Be("gr\u00fcn");
    }

    [Fact]
    public async Task Any_path_is_invoked_by_the_header()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapGet("/a", (HttpRequest request) =>
                request.Headers.ContainsKey("dapr-app-id") ? "with header" : "without header"
            )
        );
        using var http = TestRuntime.HttpOf(caller);
        http.DefaultRequestHeaders.Add("dapr-app-id", "target");
        (await http.GetStringAsync("/a")).Should().Be("without header");
    }

    [Fact]
    public async Task A_response_is_streamed_while_it_is_written()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        var mayGoOn = new TaskCompletionSource();
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapGet("/events", async (HttpResponse response) =>
            {
                response.ContentType = "text/event-stream";
                await response.WriteAsync("data: 1\n\n");
                await response.Body.FlushAsync();
                await mayGoOn.Task.WaitAsync(TimeSpan.FromSeconds(20));
                await response.WriteAsync("data: 2\n\n");
            })
        );
        using var http = TestRuntime.HttpOf(caller);
        using var answer = await http.GetAsync(
            "/v1.0/invoke/target/method/events",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10))).Should().Be("data: 1");
        mayGoOn.SetResult();
        (await reader.ReadToEndAsync()).Should().Contain("data: 2");
    }

    [Fact]
    public async Task A_request_body_is_streamed_while_it_is_sent()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        var begun = new TaskCompletionSource();
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapPost("/upload", async (HttpRequest request) =>
            {
                await request.Body.ReadExactlyAsync(new byte[1]);
                begun.SetResult();
                return await new StreamReader(request.Body).ReadToEndAsync();
            })
        );
        using var http = TestRuntime.HttpOf(caller);
        using var content = new SlowContent(begun.Task);

        var answer = await http.PostAsync("/v1.0/invoke/target/method/upload", content);

        (await answer.Content.ReadAsStringAsync()).Should().EndWith("-the end");
    }

    [Fact]
    public async Task An_unreachable_replica_is_skipped()
    {
        var (caller, up, down) = (TestSidecars.For("caller"), TestSidecars.For("target"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, down, up);
        await using var app = await SubscriberApp.StartAsync(up, (_, routes) =>
            routes.MapPost("/a", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync())
        );
        using var http = TestRuntime.HttpOf(caller);
        http.Timeout = TimeSpan.FromSeconds(10);
        for (var i = 0; i < 6; i++)
            (
                await (
                    await http.PostAsync("/v1.0/invoke/target/method/a", new StringContent($"{i}"))
                ).Content.ReadAsStringAsync()
            )
                .Should()
                .Be($"{i}");
    }

    [Fact]
    public async Task Replicas_take_turns()
    {
        var (caller, first, second) = (
            TestSidecars.For("caller"),
            TestSidecars.For("target"),
            TestSidecars.For("target")
        );
        await using var runtime = await TestRuntime.StartAsync(caller, first, second);
        await using var a = await SubscriberApp.StartAsync(first, (_, routes) => routes.MapGet("/replica", () => "a"));
        await using var b = await SubscriberApp.StartAsync(second, (_, routes) => routes.MapGet("/replica", () => "b"));
        using var http = TestRuntime.HttpOf(caller);
        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
            answers.Add(await http.GetStringAsync("/v1.0/invoke/target/method/replica"));
        answers.Count(answer => answer == "a").Should().Be(3);
    }

    [Fact]
    public async Task An_app_that_starts_during_the_retries_gets_the_request()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        using var http = TestRuntime.HttpOf(caller);
        var answer = http.PostAsync("/v1.0/invoke/target/method/a", new StringContent("kept"));
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapPost("/a", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync())
        );
        (await (await answer).Content.ReadAsStringAsync()).Should().Be("kept");
    }

    [Theory]
    [InlineData("unknown", "failed to invoke, id: unknown, err: couldn't find service: unknown")]
    [InlineData("target", "failed to invoke, id: target, err: no replica is reachable")]
    public async Task The_error_names_the_unreachable_app(string app, string message)
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        using var http = TestRuntime.HttpOf(caller);
        var answer = await http.GetAsync($"/v1.0/invoke/{app}/method/a");
        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();
        error.GetProperty("errorCode").GetString().Should().Be("ERR_DIRECT_INVOKE");
        error.GetProperty("message").GetString().Should().Be(message);
    }

    [Fact]
    public async Task A_request_to_an_app_that_dies_while_handling_it_is_not_repeated()
    {
        var (caller, target) = (TestSidecars.For("caller"), TestSidecars.For("target"));
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        var requested = 0;
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
            routes.MapPost("/a", (HttpContext context) =>
            {
                Interlocked.Increment(ref requested);
                context.Abort();
            })
        );
        using var http = TestRuntime.HttpOf(caller);
        var answer = await http.PostAsync("/v1.0/invoke/target/method/a", new StringContent("once"));
        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        requested.Should().Be(1);
    }

    private sealed class SlowContent(Task secondPart) : HttpContent
    {
        // What is less than a buffer may wait for more.
        private const int FirstPart = 64 * 1024;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(new string('-', FirstPart)));
            await stream.FlushAsync();
            await secondPart.WaitAsync(TimeSpan.FromSeconds(20));
            await stream.WriteAsync("the end"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
