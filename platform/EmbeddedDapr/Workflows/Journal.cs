using System.Threading.Channels;
using Grpc.Core;
using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// Writes the changes of all instances of an app, in order, over the one connection that holds the app's advisory lock: who loses the lock has
/// lost the connection, and can write no more. All that comes while one transaction is on its way leaves with the next.
/// </summary>
internal sealed class Journal(string app, NpgsqlConnection connection, Lock gate)
{
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private List<Change> _queue = [];
    private bool _isClosed;

    /// <summary>Makes sure that the connection, and with it the lock, is still there when nothing is written for long.</summary>
    public void Beat() => _bell.Writer.TryWrite(true);

    /// <summary>Under the gate.</summary>
    public Task Enqueue(Change change)
    {
        if (_isClosed)
        {
            change.Committed.SetException(Lost());
        }
        else
        {
            _queue.Add(change);
            _bell.Writer.TryWrite(false);
        }
        return change.Committed.Task;
    }

    /// <summary>Runs until it is cancelled, which lets a write that is on its way end, or until the database fails it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<Change> taken = [];
        try
        {
            await foreach (var isBeat in _bell.Reader.ReadAllAsync(cancellationToken))
            {
                JournalBatch batch;
                lock (gate)
                {
                    (taken, _queue) = (_queue, []);
                    batch = new JournalBatch(app, taken);
                }

                await batch.WriteAsync(connection, isBeat);
                lock (gate)
                {
                    foreach (var change in taken)
                        change.Publish();
                }

                foreach (var change in taken)
                    change.Committed.SetResult();
            }
        }
        finally
        {
            lock (gate)
            {
                _isClosed = true;
                foreach (var change in taken.Concat(_queue))
                {
                    change.Committed.TrySetException(Lost());
                    // Not everybody waits for it.
                    _ = change.Committed.Task.Exception;
                }
            }
        }
    }

    private static RpcException Lost() =>
        new(
            new Status(
                StatusCode.Unavailable,
                "The runtime lost its database, or is ending; whether this is done is unknown. Try again."
            )
        );
}
