using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Servers;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>Brings a shop up: servers, databases, the runtime, the apps, and then asks until all of it is ready.</summary>
internal sealed class House(ShopFolder shop, Supervisor supervisor, DaprFile file, IRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private const int TooManyRestarts = 5;

    /// <summary>PostgreSQL, broker and store; databases, roles, secrets and migrations; what the runtime shares.</summary>
    public async Task InfrastructureAsync(CancellationToken cancel)
    {
        var servers = new Servers(shop, supervisor);
        var names = runtime.Servers.Append("postgres").ToList();
        supervisor.Phase($"starting {string.Join(", ", names)}");
        var addresses = await Task.WhenAll(names.Select(name => servers.HaveAsync(ServerKind.Of(name), cancel)));
        supervisor.Phase("making roles and databases");
        await new Provisioning(
            shop,
            addresses[^1],
            names[..^1].Zip(addresses).ToDictionary(pair => pair.First, pair => pair.Second),
            runtime.Engines
        ).RunAsync(cancel);
        supervisor.Phase("migrating the databases, starting the runtime");
        await Task.WhenAll(new Migrations(shop, file).RunAsync(cancel), runtime.StartAsync(servers, cancel));
    }

    public async Task AppsAsync(CancellationToken cancel)
    {
        supervisor.Phase("starting the apps");
        var pairs = file.Apps.Select(app => (App: app, Unit: Start(app))).ToList();
        await ReadyAsync(pairs, cancel);
        foreach (var (app, unit) in pairs)
            supervisor.Watch(app, unit);
    }

    private Unit Start(DaprApp app)
    {
        var ports = new Dictionary<string, int> { [app.Id] = app.Port, [AppProcesses.SidecarName(app)] = app.HttpPort };
        return supervisor.Keep(app.Id, UnitKind.App, ports, [.. runtime.ProcessesOf(app)]);
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
                throw new ShopException(
                    $"{app.Id} does not stay up: {unit.LastTrouble}.{Environment.NewLine}{Tails(app)}"
                );
            if (time.GetElapsedTime(started) > Deadline)
                throw new ShopException(
                    $"The shop did not become ready in {Deadline.TotalMinutes:0} minutes: {missing}.{Environment.NewLine}"
                        + Tails(pairs.First(pair => missing.StartsWith(pair.App.Id, StringComparison.Ordinal)).App)
                );
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel);
        }
    }

    private string Tails(DaprApp app) =>
        string.Join(
            Environment.NewLine,
            new[] { app.Id, AppProcesses.SidecarName(app), EmbeddedRuntime.Name }
                .Where(name => File.Exists(shop.LogOf(name)))
                .Select(name => $"The end of {shop.LogOf(name)}:{Environment.NewLine}{LogTail.Of(shop.LogOf(name))}")
        );
}
