using System.CommandLine;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop logs</c>: the logs of an app and its sidecar, of a server, or of everything.</summary>
internal static class Logs
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var app = new Argument<string?>("app")
        {
            Description =
                "An app, or a server (postgres, redis, rabbitmq, kafka, placement, scheduler, embedded), or shop (the supervisor). Default: all.",
            DefaultValueFactory = _ => null,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written from now on." };
        var command = new Command("logs", "Show logs.") { app, follow };
        command.SetAction(
            (given, cancel) => ShowAsync(ShopFolder.Find(), given.GetValue(app), given.GetValue(follow), cancel)
        );
        return command;
    }

    private static async Task<int> ShowAsync(ShopFolder shop, string? app, bool follow, CancellationToken cancel)
    {
        var files = Files(shop, app);
        if (files.Count == 0)
            throw new ShopException(
                app is null || Files(shop, null).Count == 0
                    ? "There are no logs: the shop was never started."
                    : $"There is no log of '{app}'. There are: {string.Join(", ", Files(shop, null).Select(Name))}."
            );
        var width = files.Max(file => Name(file).Length);
        var followed = files.Select(file => new FollowedFile(file)).ToList();
        do
        {
            foreach (var file in followed)
            foreach (var line in file.NewLines())
                Console.WriteLine(files.Count == 1 ? line : $"{Name(file.Path).PadRight(width)} | {line}");
            if (follow)
                await Task.Delay(Pause, cancel);
        } while (follow);
        return 0;
    }

    private static List<string> Files(ShopFolder shop, string? app) =>
        Directory.Exists(shop.Logs)
            ?
            [
                .. Directory
                    .EnumerateFiles(shop.Logs, "*.log")
                    .Where(file => app is null || Name(file) == app || Name(file) == app + "-sidecar")
                    .Order(),
            ]
            : [];

    private static string Name(string file) => Path.GetFileNameWithoutExtension(file);
}
