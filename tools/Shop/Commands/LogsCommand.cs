using System.CommandLine;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop logs</c>: the logs of an app and its sidecar, of a server, or of everything.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var app = new Argument<string?>("app")
        {
            Description =
                "An app; a server (postgres, redis, rabbitmq, kafka, placement, scheduler, embedded); or shop, the "
                + "supervisor. Default: all of them.",
            DefaultValueFactory = _ => null,
        };
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Keep running and print new lines as they are written.",
        };
        var command = new Command("logs", "Show logs.") { app, follow };
        command.SetAction(
            (parsed, cancel) => ShowAsync(ShopFolder.Find(), parsed.GetValue(app), parsed.GetValue(follow), cancel)
        );
        return command;
    }

    private static async Task<int> ShowAsync(ShopFolder shop, string? app, bool follow, CancellationToken cancel)
    {
        var files = Files(shop, app);
        if (files.Count == 0)
            throw new ShopException(
                app is null || Files(shop, null).Count == 0
                    ? "There are no logs, because the shop was never started here. Start it with `./shop up --detach`."
                    : $"There is no log named '{app}'. Choose one of: "
                        + $"{string.Join(", ", Files(shop, null).Select(Name))}."
            );
        var width = files.Max(file => Name(file).Length);
        var followers = files.Select(file => new LogFollower(file)).ToList();
        do
        {
            foreach (var follower in followers)
            foreach (var line in follower.ReadNewLines())
                Console.WriteLine(files.Count == 1 ? line : $"{Name(follower.Path).PadRight(width)} | {line}");
            if (follow)
                await Task.Delay(PollInterval, cancel);
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
