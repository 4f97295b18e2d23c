using System.Diagnostics;
using System.Text.Json;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>The state of a shop: what the supervisor runs, and whether each app answers now.</summary>
/// <param name="State">Null when no supervisor is running.</param>
/// <param name="Work">Null where the gateway does not say.</param>
/// <param name="Problems">Per app, in the order of <c>dapr.yaml</c>: null when it is ready, else the problem.</param>
internal sealed record ShopStatus(
    ShopFolder Shop,
    DaprFile File,
    ShopState? State,
    IReadOnlyList<string?> Problems,
    bool IsReady,
    WorkInProgress? Work
)
{
    /// <summary>Servers that do not run or do not answer, and full disks, as sentences.</summary>
    public IReadOnlyList<string> ServerProblems { get; init; } = [];

    /// <summary>Processes of the shop that run although no supervisor does.</summary>
    public int Unsupervised { get; init; }

    private const string AppIsDown = "down";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>
    /// Reads the status, again and again until the shop is ready or <paramref name="wait"/> has passed.
    /// </summary>
    public static async Task<ShopStatus> ReadAsync(ShopFolder shop, TimeSpan wait, CancellationToken cancel)
    {
        var file = DaprFile.Load(shop);
        using var probe = new ReadinessProbe(file.Apps);
        var started = Stopwatch.GetTimestamp();
        var status = await ReadOnceAsync(shop, file, probe, cancel);
        while (!status.IsReady && Stopwatch.GetElapsedTime(started) < wait)
        {
            await Task.Delay(PollInterval, cancel);
            status = await ReadOnceAsync(shop, file, probe, cancel);
        }

        return status.State?.Runtime is null
            ? status
            : status with
            {
                Work = await WorkInProgress.ReadAsync(shop, file, cancel),
            };
    }

    public void Print()
    {
        if (State is null)
        {
            Console.WriteLine(
                Unsupervised == 0
                    ? "The shop is down. `./shop up --detach` starts it."
                    : $"The supervisor was killed, and {Unsupervised} processes of the shop run without it: what dies is "
                        + "not restarted. `./shop up --detach` stops them and starts the shop again; `./shop down` "
                        + "stops them."
            );
            return;
        }

        StatusTable.Print(Shop, State, File);
        Console.WriteLine(IsReady ? "Ready." : $"Not ready ({State.Phase}):");
        foreach (var reason in Reasons)
            Console.WriteLine("  " + reason);
        foreach (var note in Work?.Notes ?? [])
            Console.WriteLine(note);
    }

    /// <summary>Why the shop is not ready, as sentences; empty when it is.</summary>
    private IReadOnlyList<string> Reasons =>
        [
            .. ServerProblems,
            .. Problems.Where(each => each is not null and not AppIsDown).Select(each => each!),
            .. State is { Started: false } && Problems.All(each => each is null or AppIsDown)
                ? [$"it is still starting: {State.Phase}"]
                : Array.Empty<string>(),
        ];

    public string ToJson() =>
        JsonSerializer.Serialize(
            new
            {
                Ready = IsReady,
                State?.Runtime,
                State?.Broker,
                State?.Store,
                Gateway = File.GatewayAddress,
                State?.Phase,
                Supervisor = State?.Supervisor.Pid,
                Apps = File.Apps.Zip(Problems, (app, problem) =>
                    App(State?.Units.FirstOrDefault(unit => unit.Name == app.Id), app, problem)
                ),
                Infra = State
                    ?.Units.Where(unit => unit.Kind == UnitKind.Infra)
                    .SelectMany(
                        unit => unit.Processes,
                        (unit, process) =>
                            new
                            {
                                process.Name,
                                process.Identity.Pid,
                                process.Port,
                                unit.Restarts,
                            }
                    ),
                State?.External,
                Problems = Reasons,
                Unsupervised,
                Work,
            },
            Format
        );

    private static async Task<ShopStatus> ReadOnceAsync(
        ShopFolder shop,
        DaprFile file,
        ReadinessProbe probe,
        CancellationToken cancel
    )
    {
        var state = ShopState.Load(shop) is { Supervisor.IsAlive: true } running ? running : null;
        IReadOnlyList<string?> problems = state?.Runtime is null
            ? [.. file.Apps.Select(_ => AppIsDown)]
            : await probe.ProblemsAsync(cancel);
        var servers = state is null ? [] : await ServerProbe.ProblemsAsync(shop, state, cancel);
        var isReady = state is { Started: true } && servers.Count == 0 && problems.All(problem => problem is null);
        return new ShopStatus(shop, file, state, problems, isReady, Work: null)
        {
            ServerProblems = servers,
            Unsupervised = state is null ? Teardown.CountAlive(shop) : 0,
        };
    }

    private static object App(UnitState? unit, DaprApp app, string? problem) =>
        new
        {
            app.Id,
            AppPid = Pid(unit, app.Id),
            DaprdPid = Pid(unit, AppProcesses.SidecarName(app)),
            AppPort = app.Port,
            DaprHttpPort = app.HttpPort,
            DaprGrpcPort = app.GrpcPort,
            Healthy = problem is null,
            Problem = problem,
            Restarts = unit?.Restarts ?? 0,
        };

    private static int? Pid(UnitState? unit, string process) =>
        unit?.Processes.FirstOrDefault(each => each.Name == process)?.Identity is { IsAlive: true } identity
            ? identity.Pid
            : null;
}
