using System.Threading.Channels;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Wakes a background loop of this process when there is work, so that the loop does not wait for its next poll.
/// </summary>
public class WorkSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Announces work. Any number of calls before the loop looks wake it once.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Returns when <see cref="Raise"/> was called, or after <paramref name="timeout"/>.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        using var deadline = new CancellationTokenSource(timeout, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await _raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The poll is due.
        }
    }
}
