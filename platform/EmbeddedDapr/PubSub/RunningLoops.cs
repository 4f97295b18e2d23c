namespace EmbeddedDapr.PubSub;

/// <summary>Delivery loops that run until they are disposed of.</summary>
internal sealed class RunningLoops : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _all;

    public RunningLoops(IEnumerable<DeliveryLoop> loops, CancellationToken stopping)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _all = Task.WhenAll(loops.Select(RunAsync));
    }

    public bool HasFailed => _all.IsFaulted || _all.IsCanceled;

    /// <summary>Waits for <paramref name="task"/>; throws as soon as a loop has failed, which none should.</summary>
    public async Task WatchAsync(Task task)
    {
        if (await Task.WhenAny(task, _all) == _all)
            await _all;
        await task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // Whoever watched has been told of a failure.
        await _all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // The first that fails ends the others, so that its failure is seen at once.
    private async Task RunAsync(DeliveryLoop loop)
    {
        try
        {
            await loop.RunAsync(_stop.Token);
        }
        catch
        {
            await _stop.CancelAsync();
            throw;
        }
    }
}
