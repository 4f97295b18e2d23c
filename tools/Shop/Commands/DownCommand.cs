using System.CommandLine;
using DaprShop.Shop.Docker;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop down</c>: stops every process of the shop, also when the supervisor was killed.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var wipe = new Option<bool>("--wipe")
        {
            Description = "Also delete the data: databases, streams, workflows, logs, keys.",
        };
        var command = new Command("down", "Stop the shop.") { wipe };
        command.SetAction(
            async (parsed, _) =>
            {
                var shop = ShopFolder.Find();
                var stopped = await Teardown.RunAsync(shop);
                Console.WriteLine(stopped > 0 ? $"Stopped {stopped} processes." : "Nothing was running.");
                if (parsed.GetValue(wipe))
                    await WipeAsync(shop);
            }
        );
        return command;
    }

    private static async Task WipeAsync(ShopFolder shop)
    {
        await DockerEngine.WipeAsync(shop);
        if (Directory.Exists(shop.Data))
            Directory.Delete(shop.Data, recursive: true);
        PostgresFolder.Wipe(shop);
        Console.WriteLine("Deleted the shop's data.");
    }
}
