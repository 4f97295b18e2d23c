using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>All that a workflow may do. To be used on the workflow's own thread only.</summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The workflow's name.</summary>
    public abstract string Name { get; }

    /// <summary>The workflow's instance id.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc />
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc />
    public abstract bool IsReplaying { get; }

    /// <summary>Calls an activity.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity threw, at the last attempt.</exception>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity for its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity threw, at the last attempt.</exception>
    public abstract Task<T> CallActivityAsync<T>(
        string name,
        object? input = null,
        WorkflowTaskOptions? options = null
    );

    /// <summary>Waits durably. Cancelling ends the wait; the timer itself fires unheard.</summary>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits durably until a moment.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for the next event of that name (in any letter case); events which came too early are kept, in their order.</summary>
    public abstract Task<T> WaitForExternalEventAsync<T>(
        string eventName,
        CancellationToken cancellationToken = default
    );

    /// <summary>Waits for an event, but only so long.</summary>
    /// <exception cref="TaskCanceledException">The time is over.</exception>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout);

    /// <summary>Not supported: the runtime cannot deliver it. Raise the event from an activity, through <see cref="IDaprWorkflowClient"/>.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Shows a value to those who ask for the workflow's state; null takes it away.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow for its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed, at the last attempt.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName,
        object? input = null,
        ChildWorkflowTaskOptions? options = null
    );

    /// <summary>Runs another workflow.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed, at the last attempt.</exception>
    public virtual Task CallChildWorkflowAsync(
        string workflowName,
        object? input = null,
        ChildWorkflowTaskOptions? options = null
    ) => CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>Begins anew, with new input and an empty history, once the workflow's code returns.</summary>
    /// <param name="newInput">The next run's input.</param>
    /// <param name="preserveUnprocessedEvents">Whether events nobody has waited for yet go along.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>An id that is equal in every replay and different in every other place.</summary>
    public abstract Guid NewGuid();
}
