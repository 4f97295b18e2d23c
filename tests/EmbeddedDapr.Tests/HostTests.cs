using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using DaprShop.TestKit;
using EmbeddedDapr.Tests.Kit;
using EmbeddedDapr.Workflows;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Api = Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task The_runtime_starts_twice_on_one_database()
    {
        await using var first = await TestRuntime.StartAsync(TestSidecars.For("one"));
        await using var second = await TestRuntime.StartOnAsync(first.Database, TestSidecars.For("two"));
        second.Should().NotBeNull();
    }

    [Fact]
    public async Task A_runtime_that_has_run_workflows_and_told_of_its_workers_stops_without_an_exception()
    {
        var sidecar = TestSidecars.For("one");
        var runtime = await TestRuntime.StartAsync(sidecar);
        await runtime
            .Services.GetRequiredService<Engines>()
            .Of(sidecar)
            .SessionAsync(TestContext.Current.CancellationToken);
        using (var http = TestRuntime.HttpOf(sidecar))
            (await http.GetAsync("/v1.0/metadata")).EnsureSuccessStatusCode();

        var stopping = async () => await runtime.DisposeAsync();

        await stopping.Should().NotThrowAsync();
    }

    [Fact]
    public async Task The_runtime_does_not_watch_the_folder_that_it_was_started_in()
    {
        await using var runtime = await TestRuntime.StartAsync(TestSidecars.For("one"));

        // There PostgreSQL's files change all the time, and configuration watches all of its content root.
        runtime
            .Services.GetRequiredService<IHostEnvironment>()
            .ContentRootPath.TrimEnd('/')
            .Should()
            .Be(AppContext.BaseDirectory.TrimEnd('/'));
    }

    [Fact]
    public async Task A_call_without_the_token_is_rejected_over_http_and_grpc()
    {
        var sidecar = TestSidecars.For("one", apiToken: "secret");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var http = TestRuntime.HttpOf(sidecar);
        (await http.GetAsync("/v1.0/state/store/k")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await http.GetAsync("/v1.0/metadata")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await http.GetAsync("/v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        foreach (var token in (string?[])[null, "wrong"])
        {
            using var stranger = TestRuntime.ClientOf(sidecar, token);
            var call = () => stranger.GetStateAsync<int>(TestSidecars.Store, "k");
            (await call.Should().ThrowAsync<DaprException>())
                .WithInnerException<RpcException>()
                .Which.StatusCode.Should()
                .Be(StatusCode.Unauthenticated);
        }

        using var friend = TestRuntime.ClientOf(sidecar, "secret");
        await friend.SaveStateAsync(TestSidecars.Store, "k", 1);
    }

    [Fact]
    public async Task The_app_receives_its_own_token_and_never_the_callers()
    {
        var (caller, target) = (
            TestSidecars.For("caller", apiToken: "callers"),
            TestSidecars.For("target", appToken: "apps")
        );
        await using var runtime = await TestRuntime.StartAsync(caller, target);
        var delivered = new TaskCompletionSource<string>();
        await using var app = await SubscriberApp.StartAsync(target, (_, routes) =>
        {
            routes.MapGet("/a", (HttpRequest request) => request.Headers["dapr-api-token"].ToString());
            routes
                .MapPost("/notes", (HttpRequest request) =>
                {
                    delivered.TrySetResult(request.Headers["dapr-api-token"].ToString());
                })
                .WithTopic(TestSidecars.PubSub, "notes");
        });
        using var official = DaprClient.CreateInvokeHttpClient(
            "target",
            $"http://127.0.0.1:{caller.HttpPort}",
            "callers"
        );
        (await official.GetStringAsync("/a")).Should().Be("apps");
        using var client = TestRuntime.ClientOf(caller, "callers");
        await client.PublishEventAsync(TestSidecars.PubSub, "notes", new Note("a"));
        (await delivered.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("apps");
    }

    [Theory]
    [InlineData("POST", "/v1.0/bindings/x")]
    [InlineData("GET", "/v1.0/configuration/c?key=a")]
    [InlineData("POST", "/v1.0-alpha1/state/store/query")]
    [InlineData("PUT", "/v1.0/metadata/x")]
    [InlineData("POST", "/v1.0/shutdown")]
    public async Task An_unsupported_http_call_returns_501(string method, string path)
    {
        var sidecar = TestSidecars.For("one");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var http = TestRuntime.HttpOf(sidecar);
        var answer = await http.SendAsync(new(new(method), path));
        answer.StatusCode.Should().Be(HttpStatusCode.NotImplemented);
        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();
        error.GetProperty("errorCode").GetString().Should().Be("ERR_NOT_SUPPORTED");
        error
            .GetProperty("message")
            .GetString()
            .Should()
            .Be($"{method} {path.Split('?')[0]} is not supported by the embedded sidecar");
    }

    [Fact]
    public async Task An_unsupported_grpc_call_is_unimplemented()
    {
        var sidecar = TestSidecars.For("one");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{sidecar.GrpcPort}");
        var call = () =>
            new Api.Dapr.DaprClient(channel)
                .InvokeBindingAsync(new Api.InvokeBindingRequest { Name = "x" })
                .ResponseAsync;
        var error = (await call.Should().ThrowAsync<RpcException>()).Which.Status;
        error.StatusCode.Should().Be(StatusCode.Unimplemented);
        error.Detail.Should().Be("/dapr.proto.runtime.v1.Dapr/InvokeBinding is not supported by the embedded sidecar");
    }

    [Fact]
    public async Task The_metadata_lists_components_and_subscriptions()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using var app = await SubscriberApp.BulkAsync(sidecar, "notes", deadLetters: "notes-dead");
        using var client = TestRuntime.ClientOf(sidecar);
        using var http = TestRuntime.HttpOf(sidecar);
        (await client.CheckOutboundHealthAsync()).Should().BeTrue();
        await Wait.UntilAsync(
            async () =>
                (await http.GetFromJsonAsync<JsonElement>("/v1.0/metadata"))
                    .GetProperty("subscriptions")
                    .GetArrayLength() == 1,
            "the subscription"
        );

        var metadata = await http.GetFromJsonAsync<JsonElement>("/v1.0/metadata");
        metadata.GetProperty("id").GetString().Should().Be("reader");
        metadata.GetProperty("subscriptions")[0].GetProperty("pubsubname").GetString().Should().Be("pubsub");
        metadata.GetProperty("subscriptions")[0].GetProperty("topic").GetString().Should().Be("notes");
        metadata.GetProperty("subscriptions")[0].GetProperty("deadLetterTopic").GetString().Should().Be("notes-dead");
        metadata.GetProperty("workflows").GetProperty("connectedWorkers").GetInt32().Should().Be(0);
        var official = await client.GetMetadataAsync();
        official.Id.Should().Be("reader");
        official
            .Components.Select(c => $"{c.Name} {c.Type} {c.Version} {string.Join(',', c.Capabilities)}")
            .Should()
            .Equal(
                "pubsub pubsub.redis v1 ",
                "broadcast pubsub.redis v1 ",
                "store state.redis v1 ETAG,TRANSACTIONAL,TTL"
            );
    }
}
