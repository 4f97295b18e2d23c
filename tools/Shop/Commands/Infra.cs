using System.CommandLine;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop infra</c>: everything but the apps and their sidecars, for whoever starts those with <c>dapr run -f .</c>.</summary>
internal static class Infra
{
    public static Command Create()
    {
        var command = new Command(
            "infra",
            "Start only PostgreSQL, the broker and store of dapr.yaml, placement and scheduler, and migrate the databases; then `dapr run -f .` runs the apps."
        )
        {
            Launching.Detach,
            Launching.Supervise,
        };
        command.SetAction(
            (given, cancel) =>
                Launching.RunAsync(
                    new Order("dapr", null, null, WithApps: false)
                    {
                        Detach = given.GetValue(Launching.Detach),
                        Supervise = given.GetValue(Launching.Supervise),
                    },
                    cancel
                )
        );
        return command;
    }
}
