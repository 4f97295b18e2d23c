using System.CommandLine;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop up</c>: the whole shop, supervised, until Ctrl-C or <c>shop down</c>.</summary>
internal static class Up
{
    public static Command Create()
    {
        var runtime = OneOf("--runtime", "What serves Dapr's API to the services.", "auto", "dapr", "embedded");
        var broker = OneOf("--broker", "What carries messages.", "redis", "rabbitmq", "kafka");
        var store = OneOf("--store", "What keeps the cache and the workflows' state.", "redis", "postgres");
        var command = new Command("up", "Start the shop and keep it running.") { runtime, broker, store, Launching.Detach, Launching.Supervise };
        command.SetAction((given, cancel) => Launching.RunAsync(
            new Order(given.GetValue(runtime)!, given.GetValue(broker)!, given.GetValue(store)!, WithApps: true)
            {
                Detach = given.GetValue(Launching.Detach),
                Supervise = given.GetValue(Launching.Supervise),
            },
            cancel));
        return command;
    }

    private static Option<string> OneOf(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        return option.AcceptOnlyFromAmong(values);
    }
}
