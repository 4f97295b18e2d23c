namespace Dapr.Workflow.Replay;

/// <summary>
/// Runs a workflow's continuations on the turn's thread, one after the other: their order, and so that of the actions, is the same in
/// every replay. What is posted after the turn (by code that awaited something else than the workflow's context) is never run.
/// </summary>
internal sealed class ReplayPump : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public bool IsCurrentThread => Environment.CurrentManagedThreadId == _thread;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrentThread)
            _queue.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A workflow runs on one thread only.");

    public override SynchronizationContext CreateCopy() => this;

    public void Drain()
    {
        while (_queue.TryDequeue(out var next))
            next.Callback(next.State);
    }
}
