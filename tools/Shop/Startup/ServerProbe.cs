using DaprShop.Shop.Networking;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Startup;

/// <summary>Checks the servers that the shop runs for itself.</summary>
internal static class ServerProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Those that do not run or do not answer, as sentences; empty when all do.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(ShopState state, CancellationToken cancel)
    {
        var problems = await Task.WhenAll(
            state.Units.Where(unit => unit.Kind == UnitKind.Infra).Select(unit => ProblemAsync(unit, cancel))
        );
        return [.. problems.OfType<string>()];
    }

    private static async Task<string?> ProblemAsync(UnitState unit, CancellationToken cancel)
    {
        var process = unit.Processes.FirstOrDefault(each => each.Name == unit.Name);
        if (process is not { Identity.IsAlive: true })
            return $"{unit.Name}: it does not run; it is being restarted";
        using var http = new HttpClient { Timeout = Timeout };
        var problem = unit.Name switch
        {
            "placement" => await HttpProbe.ProblemAsync(http, ControlPlane.PlacementHealthAddress, false, cancel),
            "scheduler" => await HttpProbe.ProblemAsync(http, ControlPlane.SchedulerHealthAddress, false, cancel),
            _ when process.Port is { } port => await TcpProbe.QueryAsync(
                $"127.0.0.1:{port}",
                (_, _) => Task.FromResult<string?>(null),
                cancel
            ),
            _ => null,
        };
        return problem is null ? null : $"{unit.Name}: {problem}";
    }
}
