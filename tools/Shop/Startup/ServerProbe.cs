using DaprShop.Shop.Databases;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using Npgsql;

namespace DaprShop.Shop.Startup;

/// <summary>Checks the servers that the shop runs for itself.</summary>
internal static class ServerProbe
{
    // A frozen server never answers; a busy machine may delay an answer for some seconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Those that do not run or do not answer, and a disk that they cannot write to, as sentences; empty when all is
    /// well.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(
        ShopFolder shop,
        ShopState state,
        CancellationToken cancel
    )
    {
        var problems = await Task.WhenAll(
            state.Units.Where(unit => unit.Kind == UnitKind.Infra).Select(unit => ProblemAsync(shop, unit, cancel))
        );
        return [.. problems.Append(DiskSpace.Problem(shop)).OfType<string>()];
    }

    private static async Task<string?> ProblemAsync(ShopFolder shop, UnitState unit, CancellationToken cancel)
    {
        var process = unit.Processes.FirstOrDefault(each => each.Name == unit.Name);
        if (process is not { Identity.IsAlive: true })
            return $"{unit.Name}: it does not run; it is being restarted";
        using var http = new HttpClient { Timeout = Timeout };
        var problem = unit.Name switch
        {
            "placement" => await HttpProbe.ProblemAsync(http, ControlPlane.PlacementHealthAddress, false, cancel),
            "scheduler" => await HttpProbe.ProblemAsync(http, ControlPlane.SchedulerHealthAddress, false, cancel),
            // A frozen process still accepts connections: the operating system does that for it.
            "redis" or "kafka" when process.Port is { } port => await ServerKind
                .Of(unit.Name)
                .ProblemAsync($"127.0.0.1:{port}", cancel),
            "rabbitmq" when process.Port is { } port => await RabbitServer.AnswerProblemAsync(port, cancel),
            "postgres" when PrivateFile.Read(shop.Owner).GetValueOrDefault(Provisioner.Auditor) is { } auditor =>
                await PostgresReadiness.ProblemAsync(
                    new NpgsqlConnectionStringBuilder(auditor)
                    {
                        Database = Provisioner.Services[0],
                        Pooling = false,
                        Timeout = (int)Timeout.TotalSeconds,
                    }.ConnectionString,
                    cancel
                ),
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
