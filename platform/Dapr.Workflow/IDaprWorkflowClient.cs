namespace Dapr.Workflow;

/// <summary>Starts workflows and looks after them.</summary>
public interface IDaprWorkflowClient : IAsyncDisposable
{
    /// <summary>Starts a workflow. An id that is active already counts as started.</summary>
    /// <returns>The instance id; a new one, if none was given.</returns>
    /// <exception cref="TimeoutException">No worker took it up in time. The same call with the same id may be made again.</exception>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <summary>Starts a workflow at a given time.</summary>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <summary>Starts a workflow at a given time. With a time, the call does not wait for the first turn.</summary>
    Task<string> ScheduleNewWorkflowAsync(
        string name,
        string? instanceId,
        object? input,
        DateTimeOffset? startTime,
        CancellationToken cancellation = default
    );

    /// <summary>A workflow's state; null if there is none of that id.</summary>
    Task<WorkflowState?> GetWorkflowStateAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    );

    /// <summary>Waits until the workflow has begun.</summary>
    /// <exception cref="InvalidOperationException">There is none of that id.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    );

    /// <summary>Waits until the workflow has ended, through restarts of the sidecar too.</summary>
    /// <exception cref="InvalidOperationException">There is none of that id.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    );

    /// <summary>Raises an event for a workflow, which takes it at once or when it first waits for it.</summary>
    Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    );

    /// <summary>Ends a workflow and its children. Activities that run already go on to their end.</summary>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Pauses a workflow; what happens meanwhile is kept for it.</summary>
    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a paused workflow go on.</summary>
    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Deletes an ended workflow and its children.</summary>
    /// <returns>False if there is none of that id or it has not ended.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);
}
