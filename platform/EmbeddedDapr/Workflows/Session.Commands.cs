using EmbeddedDapr.Workflows.Protocol;
using Grpc.Core;

namespace EmbeddedDapr.Workflows;

/// <summary>What clients ask for.</summary>
internal sealed partial class Session
{
    /// <summary>Returns when the start is durable.</summary>
    /// <exception cref="RpcException">AlreadyExists: an active instance has the id.</exception>
    public Task StartAsync(string id, ExecutionStartedEvent start)
    {
        var change = new Change();
        lock (_gate)
        {
            if (_instances.ContainsKey(id))
                throw new RpcException(
                    new Status(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists")
                );
            Create(id, start, change);
            return Journal.Enqueue(change);
        }
    }

    /// <summary>Returns when the event is durable, or at once when the instance has ended.</summary>
    public Task SendAsync(string id, Action<HistoryEvent> tell)
    {
        var change = new Change();
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.IsOver)
                return Task.CompletedTask;
            var happened = Events.At(Now);
            tell(happened);
            Deliver(instance, happened, change);
            return Journal.Enqueue(change);
        }
    }

    /// <summary>Drops an active instance without asking it.</summary>
    public Task DropAsync(string id)
    {
        var change = new Change();
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.IsOver)
                return Task.CompletedTask;
            var state = instance.State.Clone();
            (state.WorkflowStatus, state.CompletedTimestamp) = (WorkflowStatus.Terminated, Now.ToTimestamp());
            instance.State = state;
            End(instance, change);
            return Journal.Enqueue(change);
        }
    }

    private void Create(string id, ExecutionStartedEvent start, Change change)
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
        change.Begun.Add(id);
        Put(instance, change);
        var happened = Events.At(Now);
        happened.ExecutionStarted = start;
        Deliver(instance, happened, change);
        if (instance.Turn is null)
            _alarm.Add(instance, null, Schedule.DueAt(instance));
    }
}
