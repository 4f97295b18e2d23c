using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop status</c>: what runs, and whether it works now. Exit code 0 only when the shop is ready.</summary>
internal static class Status
{
    private static readonly TimeSpan Asking = TimeSpan.FromMilliseconds(100);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object and nothing else." };
        var wait = Number.Option(
            "--wait",
            "Wait until the shop is ready, at most this many seconds. Default: 0.",
            least: 0
        );
        var command = new Command("status", "Show what runs where, and whether it is ready.") { json, wait };
        command.SetAction(
            (given, cancel) =>
                ShowAsync(
                    ShopFolder.Find(),
                    given.GetValue(json),
                    TimeSpan.FromSeconds(given.GetValue(wait) ?? 0),
                    cancel
                )
        );
        return command;
    }

    public static async Task<int> ShowAsync(ShopFolder shop, bool asJson, TimeSpan wait, CancellationToken cancel)
    {
        var file = DaprFile.Load(Path.Combine(shop.Root, "dapr.yaml"));
        using var questions = new Questions(file.Apps);
        var started = Stopwatch.GetTimestamp();
        var (state, missing, ready) = await AskAsync(shop, file, questions, cancel);
        while (!ready && Stopwatch.GetElapsedTime(started) < wait)
        {
            await Task.Delay(Asking, cancel);
            (state, missing, ready) = await AskAsync(shop, file, questions, cancel);
        }

        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(Report(state, file, missing, ready), Format));
        else if (state is null)
            Console.WriteLine("The shop is down. `./shop up` starts it.");
        else
            Print(shop, state, file, missing, ready);
        return ready ? 0 : 1;
    }

    private static async Task<(ShopState? State, IReadOnlyList<string?> Missing, bool Ready)> AskAsync(
        ShopFolder shop,
        DaprFile file,
        Questions questions,
        CancellationToken cancel
    )
    {
        var state = ShopState.Load(shop) is { Supervisor.IsAlive: true } running ? running : null;
        IReadOnlyList<string?> missing = state?.Runtime is null
            ? [.. file.Apps.Select(_ => "down")]
            : await questions.MissingAsync(cancel);
        return (state, missing, state is { Started: true } && missing.All(each => each is null));
    }

    private static void Print(
        ShopFolder shop,
        ShopState state,
        DaprFile file,
        IReadOnlyList<string?> missing,
        bool ready
    )
    {
        Overview.Print(shop, state, file);
        Console.WriteLine(ready ? "Ready." : $"Not ready ({state.Phase}):");
        foreach (var trouble in missing.Where(each => each is not null and not "down"))
            Console.WriteLine("  " + trouble);
    }

    private static object Report(ShopState? state, DaprFile file, IReadOnlyList<string?> missing, bool ready) =>
        new
        {
            Ready = ready,
            state?.Runtime,
            state?.Broker,
            state?.Store,
            Gateway = Overview.Gateway(file),
            state?.Phase,
            Supervisor = state?.Supervisor.Pid,
            Apps = file.Apps.Zip(missing, (app, trouble) =>
                App(state?.Units.FirstOrDefault(unit => unit.Name == app.Id), app, trouble)
            ),
            Infra = state
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
            state?.External,
        };

    private static object App(UnitState? unit, DaprApp app, string? trouble) =>
        new
        {
            app.Id,
            AppPid = Pid(unit, app.Id),
            DaprdPid = Pid(unit, AppProcesses.SidecarName(app)),
            AppPort = app.Port,
            DaprHttpPort = app.HttpPort,
            DaprGrpcPort = app.GrpcPort,
            Healthy = trouble is null,
            Trouble = trouble,
            Restarts = unit?.Restarts ?? 0,
        };

    private static int? Pid(UnitState? unit, string process) =>
        unit?.Processes.FirstOrDefault(each => each.Name == process)?.Identity is { IsAlive: true } identity
            ? identity.Pid
            : null;
}
