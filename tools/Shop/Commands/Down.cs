using System.CommandLine;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop down</c>: ends all that runs, also when the supervisor was killed.</summary>
internal static class Down
{
    public static Command Create()
    {
        var wipe = new Option<bool>("--wipe")
        {
            Description = "Delete the data, too: databases, streams, workflows, logs, keys.",
        };
        var command = new Command("down", "End the shop.") { wipe };
        command.SetAction(
            async (given, _) =>
            {
                var shop = ShopFolder.Find();
                var ended = await Teardown.RunAsync(shop);
                Console.WriteLine(ended > 0 ? $"Down: ended {ended} processes." : "Nothing was running.");
                if (given.GetValue(wipe))
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
        Console.WriteLine("Data wiped.");
    }
}
