using System.Threading.Channels;
using EmbeddedDapr.Workflows.Protocol;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Workflows;

/// <summary>A worker's open stream of work.</summary>
internal sealed class WorkerStream(Sidecar sidecar)
{
    public Sidecar Sidecar => sidecar;

    public Channel<WorkItem> Items { get; } = Channel.CreateUnbounded<WorkItem>(new() { SingleReader = true });

    public HashSet<Work> InHand { get; } = [];
}

/// <summary>Hands work to the workers of an app: to the one that has least in hand, and again when its stream breaks.</summary>
internal sealed class WorkerPool(Lock gate)
{
    private readonly List<WorkerStream> _streams = [];
    private readonly Dictionary<string, Work> _inHand = [];
    private readonly Queue<Work> _waiting = new();

    /// <summary>Called under the gate when a worker has come, which may know what others did not.</summary>
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
            foreach (var work in stream.InHand)
            {
                _inHand.Remove(work.Token);
                Dispatch(work);
            }
        }
    }

    /// <summary>Under the gate.</summary>
    public void Dispatch(Work work)
    {
        if (!work.IsWanted)
            return;
        if (_streams.MinBy(stream => stream.InHand.Count) is not { } free)
        {
            _waiting.Enqueue(work);
            return;
        }

        work.Stream = free;
        free.InHand.Add(work);
        _inHand[work.Token] = work;
        free.Items.Writer.TryWrite(work.ToItem());
    }

    /// <summary>Under the gate: the worker has answered.</summary>
    public void Done(string token)
    {
        if (_inHand.Remove(token, out var work))
            work.Stream!.InHand.Remove(work);
    }

    /// <summary>Under the gate: the engine lost its database, and begins again from what is there.</summary>
    public void Forget()
    {
        _waiting.Clear();
        _inHand.Clear();
        OnJoined = () => { };
        foreach (var stream in _streams)
            stream.InHand.Clear();
    }
}
