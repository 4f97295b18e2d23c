using System.CommandLine;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>The way from a command line to a running shop: checks first, then the supervisor here or in the background, and somebody who watches it start.</summary>
internal static class Launching
{
    public static readonly Option<bool> Detach = new("--detach", "-d")
    {
        Description = "Return when everything is ready, and leave it running.",
    };

    public static readonly Option<bool> Supervise = new("--supervise") { Hidden = true };

    public static async Task<int> RunAsync(Order order, CancellationToken cancel)
    {
        // Ctrl-C before the first await would end this process at that await, with the lock held and the supervisor under way: the library waits only for
        // a task that it has been given.
        await Task.Yield();
        var shop = ShopFolder.Find();
        if (!order.Supervise && ShopState.Load(shop) is { Supervisor.IsAlive: true } running)
            return await AlreadyAsync(shop, running, order, cancel);
        var usual = DaprFile.Load(Path.Combine(shop.Root, "dapr.yaml"));
        var choice = await Choice.MakeAsync(order, usual, new Machine(shop, cancel));
        var file = usual.With(choice.Broker, choice.Store);
        var holding = new Holding(shop, order, choice, file);
        if (order.Supervise)
            return await holding.RunAsync(cancel);
        shop.Create();
        using (StartLock.Take(shop))
            await PrepareAsync(shop, order, file, holding.Runtime());
        var display = new StartDisplay(shop, file);
        return order.Detach
            ? await InBackgroundAsync(shop, order, display, cancel)
            : await HereAsync(holding, display, cancel);
    }

    private static async Task<int> AlreadyAsync(
        ShopFolder shop,
        ShopState running,
        Order order,
        CancellationToken cancel
    )
    {
        if (order.WithApps != running.Runtime is not null)
            throw new ShopException(
                $"{(order.WithApps ? "Only the infrastructure" : "The whole shop")} is running here already. `./shop down` ends it."
            );
        if ((order.Broker ?? running.Broker, order.Store ?? running.Store) != (running.Broker, running.Store))
            throw new ShopException(
                $"The shop is running with broker {running.Broker} and store {running.Store}. `./shop down`, then start it with others; no order is lost."
            );
        Console.WriteLine($"Already up (supervisor: pid {running.Supervisor.Pid}).");
        return await Commands.Status.ShowAsync(shop, asJson: false, wait: TimeSpan.Zero, cancel);
    }

    /// <summary>Ends what a killed supervisor left behind, and makes sure of the ports.</summary>
    private static async Task PrepareAsync(ShopFolder shop, Order order, DaprFile file, IRuntime runtime)
    {
        if (await Teardown.RunAsync(shop) is var left and > 0)
            await Console.Error.WriteLineAsync($"Ended {left} processes of a shop whose supervisor is gone.");
        foreach (var log in Directory.EnumerateFiles(shop.Logs, "*.log"))
            File.Delete(log);
        await RequiredPorts.CheckAsync([
            .. runtime.Ports,
            .. order.WithApps ? file.Apps.SelectMany(app => app.Ports) : [],
        ]);
        foreach (var app in file.Apps.Where(app => !File.Exists(app.Program)))
            throw new ShopException(
                $"{app.Program} is not built. `dotnet build -c Release` builds it, and so does ./shop by itself."
            );
    }

    private static async Task<int> InBackgroundAsync(
        ShopFolder shop,
        Order order,
        StartDisplay display,
        CancellationToken cancel
    )
    {
        var me = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(me) == "dotnet" ? [typeof(Launching).Assembly.Location] : [];
        var supervisor = OwnedProcess.Start(
            new ProcessSpec("shop", me, [.. self, .. order.ToArguments()])
            {
                WorkingDirectory = shop.Root,
                LogFile = shop.LogOf("shop"),
            }
        );
        try
        {
            return await display.FollowAsync(supervisor.Ended, cancel) ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            await Teardown.RunAsync(shop);
            throw;
        }
    }

    private static async Task<int> HereAsync(Holding holding, StartDisplay display, CancellationToken cancel)
    {
        var held = Task.Run(() => holding.RunAsync(cancel), CancellationToken.None);
        if (await display.FollowAsync(held, CancellationToken.None))
            Console.WriteLine("Ctrl-C ends it.");
        return await held;
    }
}
