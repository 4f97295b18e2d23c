namespace Dapr.Workflow.Worker;

/// <summary>Runs so many jobs at once; further ones wait their turn, and are forgotten when the connection they came by is lost.</summary>
internal sealed class Slots(int count) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count);
    private int _busy;

    /// <summary>Jobs that run or wait.</summary>
    public int Busy => Volatile.Read(ref _busy);

    public void Run(Func<Task> job, CancellationToken connection)
    {
        Interlocked.Increment(ref _busy);
        _ = Task.Run(() => RunAsync(job, connection), CancellationToken.None);
    }

    private async Task RunAsync(Func<Task> job, CancellationToken connection)
    {
        try
        {
            await _free.WaitAsync(connection);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _busy);
            return;
        }

        try
        {
            await job();
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
