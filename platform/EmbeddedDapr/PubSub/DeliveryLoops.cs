namespace EmbeddedDapr.PubSub;

/// <summary>The running delivery loops of one app; disposal stops them.</summary>
internal sealed class DeliveryLoops : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _all;

    public DeliveryLoops(IEnumerable<DeliveryLoop> loops, CancellationToken stopping)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _all = Task.WhenAll(loops.Select(RunAsync));
    }

    public bool HasFailed => _all.IsFaulted || _all.IsCanceled;

    /// <summary>Waits for <paramref name="task"/>; throws as soon as a loop has failed.</summary>
    public async Task WatchAsync(Task task)
    {
        if (await Task.WhenAny(task, _all) == _all)
            await _all;
        await task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // WatchAsync has reported a failure.
        await _all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // The first failing loop stops the others, so that its failure is reported at once.
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
