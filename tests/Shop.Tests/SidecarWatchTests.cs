using System.Net;
using System.Text;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;
using DaprShop.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Shop.Tests;

/// <summary>The watch polls an app and a sidecar whose responses the test sets.</summary>
public sealed class SidecarWatchTests : IAsyncLifetime
{
    private readonly TemporaryShop _shop = new();
    private readonly HttpListener _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port = FreePort.Take();
    private Supervisor _supervisor = null!;
    private volatile string _metadata = """{"workflows":{"connectedWorkers":1}}""";
    private volatile int _outbound = 204;
    private volatile int _invoke = 200;
    private volatile int _live = 200;
    private readonly int _sidecarPort = FreePort.Take();

    public async ValueTask InitializeAsync()
    {
        _server.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _server.Prefixes.Add(Sidecar);
        _server.Start();
        _ = Task.Run(AnswerAsync, TestContext.Current.CancellationToken);
        _supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        await Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervisor.DisposeAsync();
        _server.Close();
        _shop.Dispose();
    }

    [Fact]
    public async Task A_sidecar_without_workflow_workers_is_restarted_with_its_app()
    {
        var unit = Watch();
        _metadata = """{"id":"orders"}""";

        await AdvanceAsync(seconds: 40);

        await Wait.UntilAsync(() => IsRestarted(unit), "the wedged sidecar is restarted");
        unit.LastFailure.Should().Contain("no workflow worker");
    }

    [Fact]
    public async Task A_sidecar_without_its_components_is_restarted_with_its_app()
    {
        var unit = Watch();
        _outbound = 500;

        await AdvanceAsync(seconds: 60);

        await Wait.UntilAsync(() => IsRestarted(unit), "the sidecar without components is restarted");
        unit.LastFailure.Should().Contain("without its components");
    }

    [Fact]
    public async Task A_sidecar_that_reaches_no_other_app_is_restarted_with_its_app()
    {
        var unit = Watch();
        _invoke = 500;

        await AdvanceAsync(seconds: 60);

        await Wait.UntilAsync(() => IsRestarted(unit), "the sidecar without names is restarted");
        unit.LastFailure.Should().Contain("reached none of the other apps");
    }

    [Fact]
    public async Task While_the_runtime_is_away_the_app_is_not_restarted_and_patience_counts_from_its_next_answer()
    {
        var unit = Watch();
        _metadata = """{"id":"orders"}""";
        _server.Prefixes.Remove(Sidecar);
        await AdvanceAsync(seconds: 120);

        // The runtime is back; the SDK pauses 5 s before it connects, here on a busy machine.
        _server.Prefixes.Add(Sidecar);
        await AdvanceAsync(seconds: 12);
        _metadata = """{"workflows":{"connectedWorkers":1}}""";
        await AdvanceAsync(seconds: 60);

        unit.Restarts.Should().Be(0, unit.LastFailure);
    }

    [Fact]
    public async Task An_app_that_is_not_alive_is_not_restarted_for_what_its_sidecar_says()
    {
        var unit = Watch();
        _live = 503;
        _metadata = """{"id":"orders"}""";

        await AdvanceAsync(seconds: 60);

        unit.Restarts.Should().Be(0, unit.LastFailure);
    }

    [Fact]
    public async Task A_sidecar_that_reaches_no_other_app_while_none_is_alive_is_not_restarted()
    {
        var unit = Watch(neighbour: FreePort.Take());
        _invoke = 500;

        await AdvanceAsync(seconds: 60);

        unit.Restarts.Should().Be(0, unit.LastFailure);
    }

    [Fact]
    public async Task A_working_sidecar_is_not_restarted()
    {
        var unit = Watch();

        await AdvanceAsync(seconds: 60);

        unit.Restarts.Should().Be(0);
    }

    private string Sidecar => $"http://127.0.0.1:{_sidecarPort}/";

    /// <param name="neighbour">The port of the other app; null: it is where the app is.</param>
    private Unit Watch(int? neighbour = null)
    {
        var unit = _supervisor.Start("orders", UnitKind.App, new Dictionary<string, int>(), _shop.Sleeper("orders"));
        var app = TestApps.Orders(_port, _sidecarPort);
        _ = new SidecarWatch(app, [app with { Id = "history", Port = neighbour ?? _port }], unit, _time).RunAsync(
            _stop.Token
        );
        return unit;
    }

    /// <summary>Advances the time in small steps, so that the watch can poll in between.</summary>
    private async Task AdvanceAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private bool IsRestarted(Unit unit)
    {
        // The watch measures from its first response, which may have been late.
        _time.Advance(TimeSpan.FromSeconds(1));
        return unit.Restarts > 0;
    }

    private async Task AnswerAsync()
    {
        while (_server.IsListening)
        {
            var context = await _server.GetContextAsync();
            var path = context.Request.Url!.AbsolutePath;
            context.Response.StatusCode =
                path == "/v1.0/healthz/outbound" ? _outbound
                : path == "/health/live" ? _live
                : path.StartsWith("/v1.0/invoke/", StringComparison.Ordinal) ? _invoke
                : 200;
            if (path == "/v1.0/metadata")
                await context.Response.OutputStream.WriteAsync(
                    Encoding.UTF8.GetBytes(_metadata),
                    TestContext.Current.CancellationToken
                );
            context.Response.Close();
        }
    }
}
