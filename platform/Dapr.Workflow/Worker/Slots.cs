namespace Dapr.Workflow.Worker;

/// <summary>Runs so many jobs at once; further ones wait their turn, and are forgotten when the connection they came by is lost.</summary>
internal sealed class Slots(int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count);
    private int _busy;

    /// <summary>Jobs that have begun and not ended.</summary>
    public int Busy => Volatile.Read(ref _busy);

    public void Run(Func<Task> job, CancellationToken connection) => _ = Task.Run(
        async () =>
        {
            await _free.WaitAsync(connection);
            Interlocked.Increment(ref _busy);
            try
            {
                await job();
            }
            finally
            {
                Interlocked.Decrement(ref _busy);
                _free.Release();
            }
        },
        connection);

    public void Dispose() => _free.Dispose();
}
