using System.CommandLine;
using DaprShop.Shop.Startup;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop status</c>: what runs, and whether it works now. Exit code 0 only when the shop is ready.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var wait = WholeNumber.Option(
            "--wait",
            "Wait up to this many seconds for the shop to become ready. Default: 0.",
            least: 0
        );
        var command = new Command("status", "Show what is running, on which ports, and whether it is ready.")
        {
            json,
            wait,
        };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(wait) ?? 0), cancel)
        );
        return command;
    }

    private static async Task<int> RunAsync(bool asJson, TimeSpan wait, CancellationToken cancel)
    {
        var status = await ShopStatus.ReadAsync(ShopFolder.Find(), wait, cancel);
        if (asJson)
            Console.WriteLine(status.ToJson());
        else
            status.Print();
        return status.IsReady ? 0 : 1;
    }
}
