namespace EmbeddedDapr.PubSub;

/// <summary>Delivery loops that run until they are disposed of.</summary>
internal sealed class RunningLoops : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _all;

    public RunningLoops(IEnumerable<DeliveryLoop> loops, CancellationToken stopping)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _all = Task.WhenAll(loops.Select(loop => loop.RunAsync(_stop.Token)));
    }

    /// <summary>Waits for <paramref name="task"/>; throws as soon as a loop has failed, which none should.</summary>
    public async Task WatchAsync(Task task)
    {
        if (await Task.WhenAny(task, _all) == _all) await _all;
        await task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _all;
        _stop.Dispose();
    }
}
