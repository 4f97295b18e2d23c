using DaprShop.Shop.Databases;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>
/// Starts a shop in order: servers, databases, the runtime, the apps; then waits until all of it is ready.
/// </summary>
internal sealed class ShopStarter(
    ShopFolder shop,
    Supervisor supervisor,
    DaprFile file,
    IRuntime runtime,
    TimeProvider time
)
{
    private const int MaxRestartsWhileStarting = 5;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Starts PostgreSQL, broker, store and the payment provider; creates databases, roles and secrets; migrates; starts the processes that
    /// all apps share.
    /// </summary>
    /// <exception cref="ShopException">A server, a database or the runtime could not be started.</exception>
    public async Task StartInfrastructureAsync(CancellationToken cancel)
    {
        var servers = new ServerManager(shop, supervisor);
        var names = runtime.Servers.Append("postgres").ToList();
        supervisor.SetPhase($"starting {string.Join(", ", names)}");
        var addresses = await Task.WhenAll(names.Select(name => servers.AcquireAsync(ServerKind.Of(name), cancel)));
        supervisor.SetPhase("creating roles and databases");
        await new DatabaseSetup(
            shop,
            addresses[^1],
            names[..^1].Zip(addresses).ToDictionary(pair => pair.First, pair => pair.Second),
            runtime.Databases
        ).RunAsync(cancel);
        supervisor.SetPhase("migrating the databases, starting the runtime");
        var migrations = new Migrations(shop, file);
        await migrations.RefuseOlderDatabasesAsync(cancel);
        await Task.WhenAll(
            migrations.RunAsync(cancel),
            runtime.StartAsync(servers, cancel),
            StartPaymentProviderAsync(servers, cancel)
        );
    }

    /// <summary>Starts every app, and returns when all of them are ready.</summary>
    /// <exception cref="ShopException">An app keeps dying, or is not ready after three minutes.</exception>
    public async Task StartAppsAsync(CancellationToken cancel)
    {
        supervisor.SetPhase("starting the apps");
        var apps = file.Apps.Select(app => (App: app, Unit: Start(app))).ToList();
        // From the beginning: a sidecar that starts without names never becomes ready by itself.
        foreach (var (app, unit) in apps)
            supervisor.Watch(app, [.. file.Apps.Where(other => other != app)], unit);
        await WaitUntilReadyAsync(apps, cancel);
    }

    private async Task StartPaymentProviderAsync(ServerManager servers, CancellationToken cancel)
    {
        if (PaymentProvider.ConfiguredUrl is { } url)
            servers.External(PaymentProvider.Name, url.GetLeftPart(UriPartial.Authority));
        else
            await servers.StartAsync(
                PaymentProvider.Spec(shop, file.GatewayAddress),
                PaymentProvider.Port,
                () => PaymentProvider.ProblemAsync(cancel),
                cancel
            );
    }

    private Unit Start(DaprApp app)
    {
        var ports = new Dictionary<string, int> { [app.Id] = app.Port, [AppProcesses.SidecarName(app)] = app.HttpPort };
        return supervisor.Start(app.Id, UnitKind.App, ports, [.. runtime.ProcessesOf(app)]);
    }

    private async Task WaitUntilReadyAsync(List<(DaprApp App, Unit Unit)> apps, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        using var probe = new ReadinessProbe(file.Apps);
        while (await probe.FirstProblemAsync(cancel) is { } problem)
        {
            supervisor.SetPhase("waiting for " + problem);
            var (app, unit) = apps.Find(each => each.Unit.Restarts >= MaxRestartsWhileStarting);
            if (unit is not null)
                throw new ShopException(
                    $"{app.Id} keeps failing after {MaxRestartsWhileStarting} restarts: {unit.LastFailure}. Its log "
                        + $"says why.{Environment.NewLine}{LogTails(app)}"
                );
            if (time.GetElapsedTime(started) > ReadyTimeout)
                throw new ShopException(
                    $"The shop was not ready after {ReadyTimeout.TotalMinutes:0} minutes: {problem}. The log says why."
                        + Environment.NewLine
                        + LogTails(apps.First(each => problem.StartsWith(each.App.Id, StringComparison.Ordinal)).App)
                );
            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private string LogTails(DaprApp app) =>
        string.Join(
            Environment.NewLine,
            new[] { app.Id, AppProcesses.SidecarName(app), EmbeddedRuntime.Name }
                .Where(name => File.Exists(shop.LogOf(name)))
                .Select(name => $"The end of {shop.LogOf(name)}:{Environment.NewLine}{LogTail.Of(shop.LogOf(name))}")
        );
}
