using System.Collections.Concurrent;
using System.Net;
using System.Text;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Tests;

/// <summary>When an app and its sidecar count as ready. One server answers for both.</summary>
public sealed class AppProbeTests : IDisposable
{
    private const string Subscription = """[{"pubsubname":"pubsub","topic":"orders"}]""";

    private readonly HttpListener _server = new();
    private readonly AppProbe _probe;
    private readonly ConcurrentDictionary<string, (int Status, string Body)> _answers = new()
    {
        ["/health/ready"] = (200, ""),
        ["/v1.0/healthz"] = (204, ""),
        ["/v1.0/metadata"] = (
            200,
            $$$"""
            {"subscriptions":{{{Subscription}}},"workflows":{"connectedWorkers":1},"components":[{"name":"cache"}]}
            """
        ),
        ["/dapr/subscribe"] = (200, Subscription),
        ["/v1.0/state/cache/readiness"] = (204, ""),
        ["/v1.0/invoke/history/method/health/live"] = (200, ""),
    };

    public AppProbeTests()
    {
        var port = FreePort.Take();
        _server.Prefixes.Add($"http://127.0.0.1:{port}/");
        _server.Start();
        _ = Task.Run(AnswerAsync);
        var app = TestApps.Orders(port, port);
        _probe = new AppProbe(app, app with { Id = "history" });
    }

    public void Dispose()
    {
        _probe.Dispose();
        _server.Close();
    }

    [Fact]
    public async Task An_app_is_ready_where_all_of_it_works() => (await ProblemAsync()).Should().BeNull();

    [Theory]
    [InlineData("/health/ready", 503, "", "orders: the app is not ready")]
    [InlineData("/v1.0/healthz", 500, "", "orders: the sidecar is not healthy")]
    [InlineData("/v1.0/metadata", 200, "no JSON", "orders: the sidecar does not answer")]
    [InlineData(
        "/v1.0/metadata",
        200,
        """{"workflows":{"connectedWorkers":1}}""",
        "orders: the sidecar has not subscribed to pubsub/orders yet"
    )]
    [InlineData(
        "/v1.0/metadata",
        200,
        $$"""{"subscriptions":{{Subscription}}}""",
        "orders: no workflow worker is connected"
    )]
    [InlineData("/v1.0/state/cache/readiness", 500, "", "orders: its store does not answer")]
    [InlineData("/v1.0/invoke/history/method/health/live", 500, "", "orders: its sidecar cannot invoke history")]
    public async Task What_does_not_work_is_named(string path, int status, string body, string problem)
    {
        _answers[path] = (status, body);
        (await ProblemAsync()).Should().Be(problem);
    }

    private Task<string?> ProblemAsync() => _probe.ProblemAsync(TestContext.Current.CancellationToken);

    private async Task AnswerAsync()
    {
        while (_server.IsListening)
        {
            var context = await _server.GetContextAsync();
            var (status, body) = _answers.GetValueOrDefault(context.Request.Url!.AbsolutePath, (404, ""));
            context.Response.StatusCode = status;
            if (body.Length > 0)
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }
}
