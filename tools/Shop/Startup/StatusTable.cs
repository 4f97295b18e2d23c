using System.Globalization;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;
using Spectre.Console;

namespace DaprShop.Shop.Startup;

/// <summary>Prints a table of the running servers and apps.</summary>
internal static class StatusTable
{
    public static void Print(ShopFolder shop, ShopState state, DaprFile file)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("name", "port", "pid", "sidecar HTTP / gRPC", "sidecar pid", "restarts");
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
            table.AddRow($"{name} (external)", address, "", "", "", "");
        foreach (var app in state.Runtime is null ? [] : file.Apps)
            table.AddRow(Row(state, app));
        ConsoleTable.Write(table);
        if (state.Runtime is null)
        {
            Console.WriteLine("The infrastructure is running and the databases are migrated. Next: dapr run -f .");
            return;
        }

        Console.WriteLine(
            $"""
            Runtime:  {state.Runtime} ({state.RuntimeReason})
            Broker:   {state.Broker}
            Store:    {state.Store}
            Logs:     {Path.GetRelativePath(Environment.CurrentDirectory, shop.Logs)}
            Gateway:  {file.GatewayAddress}
            Next:     ./shop import sample    or    curl {file.GatewayAddress}/health/ready
            """
        );
    }

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
