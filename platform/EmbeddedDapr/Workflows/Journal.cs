using System.Threading.Channels;
using Grpc.Core;
using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// Writes the entries of all instances of an app, in order, over the connection that holds the app's advisory lock: a
/// process that loses the lock has lost the connection, and can write no more. Entries enqueued while a transaction is
/// in flight are written by the next one.
/// </summary>
internal sealed class Journal(string app, NpgsqlConnection connection, Lock gate)
{
    private readonly Channel<bool> _wakeUps = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private List<JournalEntry> _queue = [];
    private bool _isClosed;

    /// <summary>Checks the connection, and with it the lock, when nothing is written for long.</summary>
    public void Heartbeat() => _wakeUps.Writer.TryWrite(true);

    /// <summary>Under the gate.</summary>
    public Task Enqueue(JournalEntry entry)
    {
        if (_isClosed)
        {
            entry.Committed.SetException(Unavailable());
        }
        else
        {
            _queue.Add(entry);
            _wakeUps.Writer.TryWrite(false);
        }
        return entry.Committed.Task;
    }

    /// <summary>Runs until it is cancelled, after the write in flight, or until the database fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<JournalEntry> taken = [];
        try
        {
            await foreach (var isHeartbeat in _wakeUps.Reader.ReadAllAsync(cancellationToken))
            {
                JournalBatch batch;
                lock (gate)
                {
                    (taken, _queue) = (_queue, []);
                    batch = new JournalBatch(app, taken);
                }

                await batch.WriteAsync(connection, isHeartbeat);
                lock (gate)
                {
                    foreach (var entry in taken)
                        entry.RunAfterCommit();
                }

                foreach (var entry in taken)
                    entry.Committed.SetResult();
            }
        }
        finally
        {
            lock (gate)
            {
                _isClosed = true;
                foreach (var entry in taken.Concat(_queue))
                {
                    entry.Committed.TrySetException(Unavailable());
                    // Observed here, since not every caller awaits it.
                    _ = entry.Committed.Task.Exception;
                }
            }
        }
    }

    private static RpcException Unavailable() =>
        new(
            new Status(
                StatusCode.Unavailable,
                "The runtime lost its database connection or is stopping; the outcome is unknown. Try again."
            )
        );
}
