using System.Globalization;
using DaprShop.Shop.Infrastructure;
using Spectre.Console;

namespace DaprShop.Shop.Supervision;

/// <summary>What runs where, for people.</summary>
internal static class Overview
{
    public static void Print(ShopFolder shop, ShopState state, DaprFile file)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
            console.Profile.Width = 140;
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("what", "port", "pid", "sidecar HTTP / gRPC", "sidecar pid", "restarts");
        foreach (var unit in state.Units.Where(unit => unit.Kind == UnitKind.Infra))
            table.AddRow(
                unit.Name,
                Text(unit.Processes.FirstOrDefault(process => process.Name == unit.Name)?.Port),
                Pid(unit, unit.Name),
                "",
                "",
                Text(unit.Restarts)
            );
        foreach (var (name, address) in state.External)
            table.AddRow($"{name} (not ours)", address, "", "", "", "");
        foreach (var app in state.Runtime is null ? [] : file.Apps)
            table.AddRow(Row(state, app));
        console.Write(table);
        if (state.Runtime is null)
            console.WriteLine("The infrastructure runs, the databases are migrated. Next: dapr run -f .");
        else
            console.WriteLine(
                $"Runtime {state.Runtime}: {state.RuntimeReason}. Broker {state.Broker}, store {state.Store}. Logs: {Path.GetRelativePath(Environment.CurrentDirectory, shop.Logs)}\n"
                    + $"Gateway: {Gateway(file)}\nNext: ./shop import sample    or    curl {Gateway(file)}/health/ready"
            );
    }

    public static string Gateway(DaprFile file) =>
        $"http://localhost:{file.Apps.First(app => app.Id == "gateway").Port}";

    private static string[] Row(ShopState state, DaprApp app)
    {
        var unit = state.Units.FirstOrDefault(unit => unit.Name == app.Id);
        return
        [
            app.Id,
            Text(app.Port),
            Pid(unit, app.Id),
            $"{app.HttpPort} / {app.GrpcPort}",
            Pid(unit, AppProcesses.SidecarName(app)),
            Text(unit?.Restarts),
        ];
    }

    private static string Pid(UnitState? unit, string process) =>
        Text(unit?.Processes.FirstOrDefault(each => each.Name == process)?.Identity.Pid);

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
