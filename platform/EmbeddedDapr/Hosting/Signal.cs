using System.Threading.Channels;

namespace EmbeddedDapr.Hosting;

/// <summary>Tells a background loop of this process that there is work, so that it need not wait for its next poll.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>There is work. Any number of calls wake the loop once.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Waits until <see cref="Raise"/> was called, or for <paramref name="atMost"/>.</summary>
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
