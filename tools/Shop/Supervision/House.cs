using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>Brings a shop up on Dapr: infrastructure, databases, apps with their sidecars, and then asks until all of it is ready.</summary>
internal sealed class House(ShopFolder shop, Supervisor supervisor, DaprFile file, DaprBinaries dapr, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private const int TooManyRestarts = 5;

    /// <summary>PostgreSQL, Redis, placement and scheduler; databases, roles, secrets and migrations.</summary>
    public async Task InfrastructureAsync(CancellationToken cancel)
    {
        supervisor.Phase("starting PostgreSQL, Redis, placement and scheduler");
        var servers = new Servers(shop, supervisor, dapr);
        await Task.WhenAll(servers.PostgresAsync(cancel), servers.RedisAsync(cancel), servers.ControlPlaneAsync(cancel));
        supervisor.Phase("making roles and databases");
        await new Provisioning(shop, servers.PostgresAdmin, servers.RedisAddress).RunAsync(cancel);
        supervisor.Phase("migrating the databases");
        await new Migrations(shop, file).RunAsync(cancel);
    }

    public async Task AppsAsync(CancellationToken cancel)
    {
        supervisor.Phase("starting the apps and their sidecars");
        var pairs = file.Apps.Select(app => (App: app, Unit: Start(app))).ToList();
        await ReadyAsync(pairs, cancel);
        foreach (var (app, unit) in pairs)
            supervisor.Watch(app, unit);
    }

    private Unit Start(DaprApp app)
    {
        var ports = new Dictionary<string, int> { [app.Id] = app.Port, [AppProcesses.SidecarName(app)] = app.HttpPort };
        return supervisor.Keep(app.Id, UnitKind.App, ports, AppProcesses.Sidecar(app, dapr, shop), AppProcesses.App(app, shop));
    }

    private async Task ReadyAsync(List<(DaprApp App, Unit Unit)> pairs, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        using var questions = new Questions(pairs.Select(pair => pair.App));
        while (await questions.FirstMissingAsync(cancel) is { } missing)
        {
            supervisor.Phase("waiting for " + missing);
            var (app, unit) = pairs.Find(pair => pair.Unit.Restarts >= TooManyRestarts);
            if (unit is not null)
                throw new ShopException($"{app.Id} does not stay up: {unit.LastTrouble}.{Environment.NewLine}{Tails(app)}");
            if (time.GetElapsedTime(started) > Deadline)
                throw new ShopException($"The shop did not become ready in {Deadline.TotalMinutes:0} minutes: {missing}.{Environment.NewLine}"
                    + Tails(pairs.First(pair => missing.StartsWith(pair.App.Id, StringComparison.Ordinal)).App));
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel);
        }
    }

    private string Tails(DaprApp app) => string.Join(Environment.NewLine, new[] { app.Id, AppProcesses.SidecarName(app) }
        .Select(name => $"The end of {shop.LogOf(name)}:{Environment.NewLine}{LogTail.Of(shop.LogOf(name))}"));
}
