using System.CommandLine;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop up</c>: the whole shop, supervised, until Ctrl-C or <c>shop down</c>.</summary>
internal static class Up
{
    public static Command Create()
    {
        var runtime = OneOf(
            "--runtime",
            "What serves Dapr's API to the services. Default: Dapr where it can be had, else embedded.",
            "auto",
            "dapr",
            "embedded"
        );
        var broker = OneOf(
            "--broker",
            "What carries messages. Default: as dapr.yaml says.",
            "redis",
            "rabbitmq",
            "kafka"
        );
        var store = OneOf(
            "--store",
            "What keeps the cache and the workflows' state. Default: as dapr.yaml says.",
            "redis",
            "postgres"
        );
        var command = new Command("up", "Start the shop and keep it running.")
        {
            runtime,
            broker,
            store,
            Launching.Detach,
            Launching.Supervise,
        };
        command.SetAction(
            (given, cancel) =>
                Launching.RunAsync(
                    new Order(
                        given.GetValue(runtime) ?? "auto",
                        given.GetValue(broker),
                        given.GetValue(store),
                        WithApps: true
                    )
                    {
                        Detach = given.GetValue(Launching.Detach),
                        Supervise = given.GetValue(Launching.Supervise),
                    },
                    cancel
                )
        );
        return command;
    }

    private static Option<string?> OneOf(string name, string description, params string[] values) =>
        new Option<string?>(name) { Description = description }.AcceptOnlyFromAmong(values);
}
