using System.CommandLine;
using DaprShop.Shop.Startup;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop up</c>: the whole shop, supervised, until Ctrl-C or <c>shop down</c>.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var runtime = OneOf(
            "--runtime",
            "The runtime that serves Dapr's API to the services. Default: auto (Dapr if available, else embedded).",
            "auto",
            "dapr",
            "embedded"
        );
        var broker = OneOf(
            "--broker",
            "The message broker. Default: the broker that dapr.yaml names.",
            "redis",
            "rabbitmq",
            "kafka"
        );
        var store = OneOf(
            "--store",
            "The store of the cache and the workflows' state. Default: the store that dapr.yaml names.",
            "redis",
            "postgres"
        );
        var detach = CommonOptions.Detach();
        var supervise = CommonOptions.Supervise();
        var command = new Command("up", "Start the shop and keep it running.")
        {
            runtime,
            broker,
            store,
            detach,
            supervise,
        };
        command.SetAction(
            (parsed, cancel) =>
                ShopLauncher.RunAsync(
                    new LaunchOptions(
                        parsed.GetValue(runtime) ?? "auto",
                        parsed.GetValue(broker),
                        parsed.GetValue(store),
                        WithApps: true
                    )
                    {
                        Detach = parsed.GetValue(detach),
                        Supervise = parsed.GetValue(supervise),
                    },
                    cancel
                )
        );
        return command;
    }

    private static Option<string?> OneOf(string name, string description, params string[] values) =>
        new Option<string?>(name) { Description = description }.AcceptOnlyFromAmong(values);
}
