using EmbeddedDapr.Workflows.Protocol;
using Grpc.Core;

namespace EmbeddedDapr.Workflows;

/// <summary>The commands of clients.</summary>
internal sealed partial class WorkflowSession
{
    /// <summary>Returns when the start is durable.</summary>
    /// <exception cref="RpcException">AlreadyExists: an active instance has the id.</exception>
    public Task StartAsync(string id, ExecutionStartedEvent start)
    {
        var entry = new JournalEntry();
        lock (_gate)
        {
            if (_instances.ContainsKey(id))
                throw new RpcException(
                    new Status(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists")
                );
            Create(id, start, entry);
            return Journal.Enqueue(entry);
        }
    }

    /// <summary>Returns when the event is durable, or immediately when the instance has ended.</summary>
    public Task SendAsync(string id, Action<HistoryEvent> fill)
    {
        var entry = new JournalEntry();
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.HasEnded)
                return Task.CompletedTask;
            var historyEvent = HistoryEvents.At(Now);
            fill(historyEvent);
            Deliver(instance, historyEvent, entry);
            return Journal.Enqueue(entry);
        }
    }

    /// <summary>Ends an active instance without a turn.</summary>
    public Task DropAsync(string id)
    {
        var entry = new JournalEntry();
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.HasEnded)
                return Task.CompletedTask;
            var state = instance.State.Clone();
            (state.WorkflowStatus, state.CompletedTimestamp) = (WorkflowStatus.Terminated, Now.ToTimestamp());
            instance.State = state;
            End(instance, entry);
            return Journal.Enqueue(entry);
        }
    }

    private void Create(string id, ExecutionStartedEvent start, JournalEntry entry)
    {
        var execution = Guid.CreateVersion7();
        start.WorkflowInstance = new() { InstanceId = id, ExecutionId = execution.ToString("N") };
        var state = new WorkflowState
        {
            InstanceId = id,
            Name = start.Name,
            Version = start.Version,
            WorkflowStatus = WorkflowStatus.Pending,
            ScheduledStartTimestamp = start.ScheduledStartTimestamp,
            Created = Now.ToTimestamp(),
            LastUpdated = Now.ToTimestamp(),
            ExecutionId = start.WorkflowInstance.ExecutionId,
            ParentInstanceId = start.ParentInstance?.WorkflowInstance.InstanceId,
            Tags = { start.Tags },
        };
        var instance = new Instance(id, execution, state);
        _instances.Add(id, instance);
        entry.Begun.Add(id);
        Put(instance, entry);
        var historyEvent = HistoryEvents.At(Now);
        historyEvent.ExecutionStarted = start;
        Deliver(instance, historyEvent, entry);
        if (instance.Turn is null)
            _timers.Add(instance, null, TurnScheduler.DueAt(instance));
    }
}
