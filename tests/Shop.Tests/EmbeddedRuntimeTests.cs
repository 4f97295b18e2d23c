using System.Net;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests;

/// <summary>
/// The embedded runtime from the supervisor's view: one program at a known path, which listens on each app's port.
/// </summary>
public sealed class EmbeddedRuntimeTests : IDisposable
{
    private readonly TemporaryShop _shop = new();
    private readonly HttpListener _ports = new();
    private readonly int[] _http = [FreePort.Take(), FreePort.Take()];

    private string Program =>
        Path.Combine(_shop.Folder.Root, "artifacts", "bin", "EmbeddedDapr", "release", "EmbeddedDapr");

    public void Dispose()
    {
        _ports.Close();
        _shop.Dispose();
    }

    [Fact]
    public void It_is_not_found_where_it_is_not_built() => EmbeddedRuntime.Find(_shop.Folder).Should().BeNull();

    [Fact]
    public async Task It_is_one_process_for_all_apps_without_sidecars_and_is_restarted_when_it_dies()
    {
        Build();
        await using var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        var runtime = new EmbeddedRuntime(_shop.Folder, EmbeddedRuntime.Find(_shop.Folder)!, Apps());

        var starting = runtime.StartAsync(
            new ServerManager(_shop.Folder, supervisor),
            TestContext.Current.CancellationToken
        );
        await Wait.UntilAsync(() => File.Exists(PathOf("started")), "the host has started");
        starting.IsCompleted.Should().BeFalse("it does not listen yet");
        foreach (var port in _http)
            _ports.Prefixes.Add($"http://127.0.0.1:{port}/");
        _ports.Start();
        _ = Task.Run(AnswerAsync, TestContext.Current.CancellationToken);
        await starting;

        var unit = supervisor.Units.Should().ContainSingle().Subject;
        (unit.Name, unit.Kind).Should().Be(("embedded", UnitKind.Infra));
        File.ReadAllText(PathOf("started")).Should().Be($"--file {PathOf("dapr.yaml")} for Host=here\n");
        runtime.ProcessesOf(Apps().Apps[0]).Select(process => process.Name).Should().Equal("orders");
        (runtime.Servers, runtime.Databases).Should().BeEquivalentTo((Array.Empty<string>(), new[] { "embedded" }));

        unit.Processes[0].Identity.Send(ProcessSignal.Kill);
        await Wait.UntilAsync(
            () => unit.Restarts == 1 && unit.Processes.All(process => process.IsAlive),
            "the unit is restarted"
        );
    }

    private void Build()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Program)!);
        File.WriteAllText(
            Program,
            $"""
            #!/bin/sh
            echo "$* for $EMBEDDED_DAPR_POSTGRES" > {PathOf("next")}
            mv {PathOf("next")} {PathOf("started")}
            exec sleep 1000

            """
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        PrivateFile.Write(_shop.Folder.Owner, new Dictionary<string, string> { ["embedded"] = "Host=here" });
    }

    private DaprFile Apps() =>
        DaprFile.Parse(
            $"""
            common: {"{"} configFilePath: ./config.yaml {"}"}
            apps:
              - {"{"} appID: orders, appPort: 1, daprHTTPPort: {_http[0]}, command: [dotnet, orders.dll] {"}"}
              - {"{"} appID: history, appPort: 2, daprHTTPPort: {_http[1]}, command: [dotnet, history.dll] {"}"}
            """,
            _shop.Folder.Root
        );

    private string PathOf(string name) => Path.Combine(_shop.Folder.Root, name);

    /// <summary>Answers with an error: unhealthy, but listening.</summary>
    private async Task AnswerAsync()
    {
        while (_ports.IsListening)
        {
            var context = await _ports.GetContextAsync();
            context.Response.StatusCode = 500;
            context.Response.Close();
        }
    }
}
