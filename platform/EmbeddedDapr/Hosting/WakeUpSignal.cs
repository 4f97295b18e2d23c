using System.Threading.Channels;

namespace EmbeddedDapr.Hosting;

/// <summary>Wakes a background loop of this process, so that it handles new work before its next poll.</summary>
internal sealed class WakeUpSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Wakes the loop. Several calls before the loop wakes count as one.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Waits for <see cref="Raise"/>, or until <paramref name="atMost"/> has passed.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(atMost);
        try
        {
            await _raised.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The poll is due.
        }
    }
}
