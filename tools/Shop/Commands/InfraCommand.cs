using System.CommandLine;
using DaprShop.Shop.Startup;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop infra</c>: everything but the apps and their sidecars, for a user who starts those with <c>dapr run -f
/// .</c>.
/// </summary>
internal static class InfraCommand
{
    public static Command Create()
    {
        var detach = CommonOptions.Detach();
        var supervise = CommonOptions.Supervise();
        var command = new Command(
            "infra",
            "Start PostgreSQL, the broker and the store of dapr.yaml, placement and scheduler, and migrate the "
                + "databases, but no apps: `dapr run -f .` runs those."
        )
        {
            detach,
            supervise,
        };
        command.SetAction(
            (parsed, cancel) =>
                ShopLauncher.RunAsync(
                    new LaunchOptions("dapr", null, null, WithApps: false)
                    {
                        Detach = parsed.GetValue(detach),
                        Supervise = parsed.GetValue(supervise),
                    },
                    cancel
                )
        );
        return command;
    }
}
