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
            Console.WriteLine("The shop is down. `./shop up --detach` starts it.");
            return;
        }

        StatusTable.Print(Shop, State, File);
        Console.WriteLine(IsReady ? "Ready." : $"Not ready ({State.Phase}):");
        foreach (var problem in Problems.Where(each => each is not null and not AppIsDown))
            Console.WriteLine("  " + problem);
        foreach (var note in Work?.Notes ?? [])
            Console.WriteLine(note);
    }

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
        var isReady = state is { Started: true } && problems.All(problem => problem is null);
        return new ShopStatus(shop, file, state, problems, isReady, Work: null);
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
