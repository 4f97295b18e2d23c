using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>
/// Turns a command line into a running shop: checks the machine, starts the supervisor here or in the background, and
/// shows the progress until the shop is ready.
/// </summary>
internal static class ShopLauncher
{
    // Longer than any part of a start may take.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The exit code: 0 when the shop is ready (detached) or was stopped on request, else 1.</summary>
    /// <exception cref="ShopException">The shop cannot be started; the message says why and what to do.</exception>
    public static async Task<int> RunAsync(LaunchOptions options, CancellationToken cancel)
    {
        // System.CommandLine waits only for a task that it has been given. Ctrl-C before the first await would end this
        // process with the lock held and the supervisor half started.
        await Task.Yield();
        var shop = ShopFolder.Find();
        // The supervisor that a detached start has launched has that start's turn.
        using var turn = options.Supervise
            ? null
            : await StartTurn.TakeAsync(
                shop,
                () => Console.Error.WriteLine("Another `./shop` command is starting this shop. Waiting for it."),
                StartTimeout,
                cancel
            );
        if (!options.Supervise && ShopState.Load(shop) is { Supervisor.IsAlive: true } running)
            return await ReportRunningAsync(shop, running, options, cancel);
        var declared = DaprFile.Load(shop);
        var selection = await RuntimeSelection.SelectAsync(
            options,
            declared,
            new LocalRuntimeAvailability(shop, cancel)
        );
        var file = declared.With(selection.Broker, selection.Store);
        var host = new SupervisorHost(shop, options, selection, file);
        if (options.Supervise)
            return await host.RunAsync(cancel);
        shop.Create();
        using (StartLock.Acquire(shop))
            await PrepareAsync(shop, options, file, host.Runtime());
        var progress = new StartProgress(shop, file);
        return options.Detach
            ? await RunInBackgroundAsync(shop, options, progress, cancel)
            : await RunInForegroundAsync(host, progress, turn!, cancel);
    }

    private static async Task<int> ReportRunningAsync(
        ShopFolder shop,
        ShopState running,
        LaunchOptions options,
        CancellationToken cancel
    )
    {
        if (options.WithApps != running.Runtime is not null)
            throw new ShopException(
                options.WithApps
                    ? "`./shop infra` is running here. Stop it with `./shop down`, then run `./shop up` again."
                    : "`./shop up` is running here. Stop it with `./shop down`, then run `./shop infra` again."
            );
        if ((options.Broker ?? running.Broker, options.Store ?? running.Store) != (running.Broker, running.Store))
            throw new ShopException(
                $"The shop is running with broker {running.Broker} and store {running.Store}. To change them, run "
                    + "`./shop down` and start again with the new ones; no order is lost."
            );
        Console.WriteLine($"The shop is already running (supervisor: pid {running.Supervisor.Pid}).");
        var status = await ShopStatus.ReadAsync(shop, wait: TimeSpan.Zero, cancel);
        status.Print();
        return status.IsReady ? 0 : 1;
    }

    /// <summary>
    /// Stops what a killed supervisor left running, and checks that ports and programs are available.
    /// </summary>
    private static async Task PrepareAsync(ShopFolder shop, LaunchOptions options, DaprFile file, IRuntime runtime)
    {
        if (await Teardown.RunAsync(shop) is var orphans and > 0)
            await Console.Error.WriteLineAsync($"Stopped {orphans} processes of an earlier shop without a supervisor.");
        if (DiskSpace.Problem(shop) is { } full)
            throw new ShopException($"The shop cannot be started. {full}. Make room, and start it again.");
        foreach (var log in Directory.EnumerateFiles(shop.Logs, "*.log"))
            File.Delete(log);
        await RequiredPorts.CheckAsync([
            .. runtime.Ports,
            .. PaymentProvider.Ports,
            .. options.WithApps ? file.Apps.SelectMany(app => app.Ports) : [],
        ]);
        foreach (var app in file.Apps.Where(app => !File.Exists(app.Program)))
            throw new ShopException(
                $"{app.Program} is missing. Build it with `dotnet build -c Release`, or use ./shop, which builds first."
            );
    }

    private static async Task<int> RunInBackgroundAsync(
        ShopFolder shop,
        LaunchOptions options,
        StartProgress progress,
        CancellationToken cancel
    )
    {
        var program = Environment.ProcessPath!;
        string[] assembly =
            Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ShopLauncher).Assembly.Location] : [];
        var supervisor = OwnedProcess.Start(
            new ProcessSpec("shop", program, [.. assembly, .. options.ToArguments()])
            {
                WorkingDirectory = shop.Root,
                LogFile = shop.LogOf("shop"),
            }
        );
        try
        {
            return await progress.FollowAsync(supervisor.Ended, cancel) ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            await Teardown.RunAsync(shop);
            throw;
        }
    }

    private static async Task<int> RunInForegroundAsync(
        SupervisorHost host,
        StartProgress progress,
        IDisposable turn,
        CancellationToken cancel
    )
    {
        var supervising = Task.Run(() => host.RunAsync(cancel), CancellationToken.None);
        if (await progress.FollowAsync(supervising, CancellationToken.None))
            Console.WriteLine("Press Ctrl-C to stop the shop.");
        turn.Dispose();
        return await supervising;
    }
}
