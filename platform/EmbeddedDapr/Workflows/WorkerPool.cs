using System.Threading.Channels;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>A worker's open stream of work items.</summary>
internal sealed class WorkerStream(Sidecar sidecar)
{
    public Sidecar Sidecar => sidecar;

    public Channel<WorkItem> Items { get; } = Channel.CreateUnbounded<WorkItem>(new() { SingleReader = true });

    public HashSet<WorkerTask> InProgress { get; } = [];
}

/// <summary>Dispatches tasks to the least loaded worker of an app, and again when its stream breaks.</summary>
internal sealed class WorkerPool(Lock gate)
{
    private readonly List<WorkerStream> _streams = [];
    private readonly Dictionary<string, WorkerTask> _inProgress = [];
    private readonly Queue<WorkerTask> _waiting = new();

    /// <summary>Called under the gate when a worker connects; it may have workflows that others lack.</summary>
    public Action OnJoined { get; set; } = () => { };

    public int Connected(Sidecar sidecar)
    {
        lock (gate)
            return _streams.Count(stream => stream.Sidecar == sidecar);
    }

    public WorkerStream Join(Sidecar sidecar)
    {
        lock (gate)
        {
            var stream = new WorkerStream(sidecar);
            _streams.Add(stream);
            while (_waiting.TryDequeue(out var work))
                Dispatch(work);
            OnJoined();
            return stream;
        }
    }

    public void Leave(WorkerStream stream)
    {
        lock (gate)
        {
            _streams.Remove(stream);
            foreach (var work in stream.InProgress)
            {
                _inProgress.Remove(work.Token);
                Dispatch(work);
            }
        }
    }

    /// <summary>Call under the gate.</summary>
    public void Dispatch(WorkerTask work)
    {
        if (!work.IsPending)
            return;
        if (_streams.MinBy(stream => stream.InProgress.Count) is not { } free)
        {
            _waiting.Enqueue(work);
            return;
        }

        work.Stream = free;
        free.InProgress.Add(work);
        _inProgress[work.Token] = work;
        free.Items.Writer.TryWrite(work.ToItem());
    }

    /// <summary>Call under the gate when a worker has returned a result.</summary>
    public void Done(string token)
    {
        if (_inProgress.Remove(token, out var work))
            work.Stream!.InProgress.Remove(work);
    }

    /// <summary>Call under the gate when the session ends: drops all tasks.</summary>
    public void Reset()
    {
        _waiting.Clear();
        _inProgress.Clear();
        OnJoined = () => { };
        foreach (var stream in _streams)
            stream.InProgress.Clear();
    }
}
