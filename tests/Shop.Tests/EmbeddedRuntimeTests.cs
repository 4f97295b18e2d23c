using System.Net;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

/// <summary>The embedded runtime as the supervisor sees it: one program in a known place, whose ports answer.</summary>
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
    public void Where_it_is_not_built_it_is_not_found() => EmbeddedRuntime.Find(_shop.Folder).Should().BeNull();

    [Fact]
    public async Task It_is_one_process_for_all_apps_which_have_no_sidecars_of_their_own_and_it_is_started_again_when_it_dies()
    {
        Build();
        await using var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        var runtime = new EmbeddedRuntime(_shop.Folder, EmbeddedRuntime.Find(_shop.Folder)!, Apps());

        var starting = runtime.StartAsync(
            new Supervision.Servers(_shop.Folder, supervisor),
            TestContext.Current.CancellationToken
        );
        await TemporaryShop.Eventually(() => File.Exists(PathOf("started")), "it is started");
        starting.IsCompleted.Should().BeFalse("its ports do not answer yet");
        foreach (var port in _http)
            _ports.Prefixes.Add($"http://127.0.0.1:{port}/");
        _ports.Start();
        _ = Task.Run(AnswerAsync, TestContext.Current.CancellationToken);
        await starting;

        var unit = supervisor.Units.Should().ContainSingle().Subject;
        (unit.Name, unit.Kind).Should().Be(("embedded", UnitKind.Infra));
        File.ReadAllText(PathOf("started")).Should().Be($"--file {PathOf("dapr.yaml")} for Host=here\n");
        runtime.ProcessesOf(Apps().Apps[0]).Select(process => process.Name).Should().Equal("orders");
        (runtime.Servers, runtime.Engines).Should().BeEquivalentTo((Array.Empty<string>(), new[] { "embedded" }));

        unit.Processes[0].Identity.Send(Signal.Kill);
        await TemporaryShop.Eventually(
            () => unit.Restarts == 1 && unit.Processes.All(process => process.IsAlive),
            "it is started again"
        );
    }

    private void Build()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Program)!);
        File.WriteAllText(
            Program,
            $"#!/bin/sh\necho \"$* for $EMBEDDED_DAPR_POSTGRES\" > {PathOf("next")}; mv {PathOf("next")} {PathOf("started")}\nexec sleep 1000\n"
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        SecretFile.Write(_shop.Folder.Owner, new Dictionary<string, string> { ["embedded"] = "Host=here" });
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

    /// <summary>Not well, but there.</summary>
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
