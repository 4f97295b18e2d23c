using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;
using Spectre.Console;

namespace DaprShop.Shop.Startup;

/// <summary>Shows the progress of a start, and at the end the running processes or the reason of the failure.</summary>
internal sealed class StartProgress(ShopFolder shop, DaprFile file)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>True when the shop is ready. False when it failed; the reason has been printed then.</summary>
    public async Task<bool> FollowAsync(Task supervisor, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var state =
            errors.Profile.Capabilities.Interactive && !Console.IsErrorRedirected
                ? await errors
                    .Status()
                    .StartAsync("starting", context =>
                        WatchAsync(supervisor, phase => context.Status(Markup.Escape(phase)), cancel)
                    )
                : await WatchAsync(supervisor, errors.WriteLine, cancel);
        if (state is { Started: true })
        {
            StatusTable.Print(shop, state, file);
            Console.WriteLine($"Ready after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s.");
            return true;
        }
        await Console.Error.WriteLineAsync(
            state?.Problem
                ?? $"The shop was stopped while it was starting. Its log {shop.LogOf("shop")} has the details."
        );
        File.Delete(shop.State);
        return false;
    }

    private async Task<ShopState?> WatchAsync(Task supervisor, Action<string> show, CancellationToken cancel)
    {
        var shown = "";
        while (true)
        {
            var ended = supervisor.IsCompleted;
            var state = ShopState.Load(shop);
            if (ended || state is { Started: true })
                return state;
            if (state is not null && state.Phase != shown)
                show(shown = state.Phase);
            await Task.WhenAny(supervisor, Task.Delay(PollInterval, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }
}
