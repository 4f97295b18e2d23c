using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// The period in which this process runs the workflows of an app, with all active ones in memory. Each decision is
/// enqueued in the journal immediately, and later decisions may build on it immediately, because the journal writes in
/// order and its failure ends the session. Effects that others can see (an activity, a response) wait for the commit.
/// </summary>
internal sealed partial class WorkflowSession : IAsyncDisposable
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Instance> _instances;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate;
    private readonly string _app;
    private readonly WorkerPool _workers;
    private readonly TimeProvider _clock;
    private readonly WorkflowOptions _options;
    private readonly ILogger _logger;
    private readonly TimerQueue _timers;
    private readonly ITimer _heartbeat;

    public WorkflowSession(
        string app,
        List<Instance> instances,
        Journal journal,
        WorkerPool workers,
        TimeProvider clock,
        WorkflowOptions options,
        Lock gate,
        ILogger logger
    )
    {
        (_app, Journal, _workers, _clock, _options, _gate, _logger) = (
            app,
            journal,
            workers,
            clock,
            options,
            gate,
            logger
        );
        _instances = instances.ToDictionary(instance => instance.Id);
        _timers = new TimerQueue(clock, OnDue);
        _heartbeat = clock.CreateTimer(_ => journal.Heartbeat(), null, HeartbeatInterval, HeartbeatInterval);
    }

    public Journal Journal { get; }

    /// <summary>
    /// Completes with the session, so that no caller waits for an instance that this process no longer runs.
    /// </summary>
    public Task Closed => _closed.Task;

    private DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Resumes all instances from the loaded state.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _workers.OnJoined = Resume;
            foreach (var instance in _instances.Values)
            {
                if (instance.State.WorkflowStatus != WorkflowStatus.Pending)
                    instance.Begun.SetResult();
                foreach (var (timer, due) in instance.Timers)
                    _timers.Add(instance, timer, due);
                foreach (var activity in instance.Activities.Values)
                    _workers.Dispatch(activity);
                _timers.Add(instance, null, TurnScheduler.DueAt(instance));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _workers.Reset();
        _closed.SetResult();
        _timers.Dispose();
        await _heartbeat.DisposeAsync();
    }

    /// <summary>The committed state of an active instance; null when it is not active.</summary>
    public (WorkflowState State, string? Input)? Find(string id)
    {
        lock (_gate)
            return _instances.TryGetValue(id, out var instance) ? (instance.Published, instance.Started.Input) : null;
    }

    public List<HistoryEvent>? History(string id)
    {
        lock (_gate)
            return _instances.TryGetValue(id, out var instance) ? [.. instance.History] : null;
    }

    /// <summary>
    /// Waits until an active instance has started or ended; returns immediately when it is not active.
    /// </summary>
    public async Task WaitAsync(string id, bool forEnd, CancellationToken cancellationToken)
    {
        Task reached;
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance))
                return;
            reached = forEnd ? instance.Ended.Task : instance.Begun.Task;
        }
        await (await Task.WhenAny(reached, Closed).WaitAsync(cancellationToken));
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_closed.Task.IsCompleted)
                return;
            foreach (var (instance, execution, timer) in _timers.DequeueDue())
            {
                if (instance.Execution != execution || instance.HasEnded)
                    continue;
                if (timer is { } id && instance.Timers.TryGetValue(id, out var due))
                    instance.Accept(HistoryEvents.TimerFired(Now, id, due), InboxStage.Derived);
                DispatchNextTurn(instance);
            }
        }
    }

    /// <summary>Adds an event to the inbox of an active instance, and starts a turn if none is open.</summary>
    private void Deliver(Instance instance, HistoryEvent historyEvent, JournalEntry entry)
    {
        entry.Received.Add(instance.Accept(historyEvent, InboxStage.Queued));
        DispatchNextTurn(instance);
    }

    /// <summary>Dispatches the next turn to a worker, if events are due and no turn is open.</summary>
    private void DispatchNextTurn(Instance instance)
    {
        if (instance.Turn is not null || TurnScheduler.Next(instance, Now) is not { Count: > 0 } taken)
            return;
        if (instance.HistoryBytes > LargestHistory)
        {
            Stall(
                instance,
                $"its history of {instance.HistoryBytes} bytes exceeds the message limit of {LargestHistory} bytes; "
                    + "continue as new earlier"
            );
            return;
        }

        instance.Turn = new TurnTask(instance, taken, HistoryEvents.TurnStarted(Now));
        _workers.Dispatch(instance.Turn);
    }

    private void Stall(Instance instance, string reason)
    {
        instance.IsStalled = true;
        var state = instance.State.Clone();
        (state.WorkflowStatus, state.LastUpdated) = (WorkflowStatus.Stalled, Now.ToTimestamp());
        instance.State = state;
        _logger.LogWorkflowStalled(_app, instance.Id, reason);
        var entry = new JournalEntry();
        Put(instance, entry);
        Journal.Enqueue(entry);
    }

    /// <summary>Retries stalled workflows.</summary>
    private void Resume()
    {
        foreach (var instance in _instances.Values.Where(instance => instance.IsStalled))
        {
            instance.IsStalled = false;
            DispatchNextTurn(instance);
        }
    }

    private void Put(Instance instance, JournalEntry entry)
    {
        var state = instance.State;
        entry.Instances.Add(
            new(instance.Id, instance.Execution, instance.HasEnded ? Expiry(state.WorkflowStatus) : null, state)
        );
        entry.AfterCommit(() =>
        {
            instance.Published = state;
            if (state.WorkflowStatus != WorkflowStatus.Pending)
                instance.Begun.TrySetResult();
        });
    }

    private DateTimeOffset Expiry(WorkflowStatus status) =>
        Now + (status == WorkflowStatus.Completed ? _options.Completed : _options.AnyTerminal);
}
