using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// The time in which this process runs the workflows of an app, with all active ones in memory. What is decided is queued in the journal at once and
/// may be built upon at once, because the journal writes in order and its failure ends the session. What others can see or do because of it (an
/// activity, an answer) waits for the commit.
/// </summary>
internal sealed partial class Session : IAsyncDisposable
{
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Instance> _instances;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate;
    private readonly string _app;
    private readonly WorkerPool _workers;
    private readonly TimeProvider _clock;
    private readonly WorkflowOptions _options;
    private readonly ILogger _logger;
    private readonly Alarm _alarm;
    private readonly ITimer _beat;

    public Session(
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
        _alarm = new Alarm(clock, OnDue);
        _beat = clock.CreateTimer(_ => journal.Beat(), null, BeatPeriod, BeatPeriod);
    }

    public Journal Journal { get; }

    /// <summary>Ends when the session does, so that nobody waits for an instance that this process runs no more.</summary>
    public Task Over => _over.Task;

    private DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Takes up everything where the last owner left it.</summary>
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
                    _alarm.Add(instance, timer, due);
                foreach (var activity in instance.Activities.Values)
                    _workers.Dispatch(activity);
                _alarm.Add(instance, null, Schedule.DueAt(instance));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _workers.Forget();
        _over.SetResult();
        _alarm.Dispose();
        await _beat.DisposeAsync();
    }

    /// <summary>An active instance's state as it is durable; null when it is not active.</summary>
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

    /// <summary>Waits until an active instance has begun or ended; at once when it is not active.</summary>
    public async Task WaitAsync(string id, bool forEnd, CancellationToken cancellationToken)
    {
        Task reached;
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance))
                return;
            reached = forEnd ? instance.Ended.Task : instance.Begun.Task;
        }
        await (await Task.WhenAny(reached, Over).WaitAsync(cancellationToken));
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_over.Task.IsCompleted)
                return;
            foreach (var (instance, execution, timer) in _alarm.TakeDue())
            {
                if (instance.Execution != execution || instance.IsOver)
                    continue;
                if (timer is { } id && instance.Timers.TryGetValue(id, out var due))
                    instance.Accept(Events.TimerFired(Now, id, due), Stage.Derived);
                TakeTurn(instance);
            }
        }
    }

    /// <summary>An event from outside for an active instance.</summary>
    private void Deliver(Instance instance, HistoryEvent happened, Change change)
    {
        change.Arrived.Add(instance.Accept(happened, Stage.Queued));
        TakeTurn(instance);
    }

    /// <summary>Hands the next turn to a worker, if there is one to take and none is on its way.</summary>
    private void TakeTurn(Instance instance)
    {
        if (instance.Turn is not null || Schedule.Next(instance, Now) is not { Count: > 0 } taken)
            return;
        if (instance.HistoryBytes > LargestHistory)
        {
            Stall(
                instance,
                $"its history has {instance.HistoryBytes} bytes, more than a message to a worker holds; continue as new earlier"
            );
            return;
        }

        instance.Turn = new TurnWork(instance, taken, Events.TurnStarted(Now));
        _workers.Dispatch(instance.Turn);
    }

    private void Stall(Instance instance, string reason)
    {
        instance.IsStalled = true;
        var state = instance.State.Clone();
        (state.WorkflowStatus, state.LastUpdated) = (WorkflowStatus.Stalled, Now.ToTimestamp());
        instance.State = state;
        _logger.LogWorkflowStalled(_app, instance.Id, reason);
        var change = new Change();
        Put(instance, change);
        Journal.Enqueue(change);
    }

    /// <summary>Stalled workflows try again.</summary>
    private void Resume()
    {
        foreach (var instance in _instances.Values.Where(instance => instance.IsStalled))
        {
            instance.IsStalled = false;
            TakeTurn(instance);
        }
    }

    private void Put(Instance instance, Change change)
    {
        var state = instance.State;
        change.Instances.Add(
            new(instance.Id, instance.Execution, instance.IsOver ? Expiry(state.WorkflowStatus) : null, state)
        );
        change.AfterCommit(() =>
        {
            instance.Published = state;
            if (state.WorkflowStatus != WorkflowStatus.Pending)
                instance.Begun.TrySetResult();
        });
    }

    private DateTimeOffset Expiry(WorkflowStatus status) =>
        Now + (status == WorkflowStatus.Completed ? _options.Completed : _options.AnyTerminal);
}
