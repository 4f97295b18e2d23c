using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using State = Dapr.Workflow.Protocol.WorkflowState;

namespace Dapr.Workflow;

/// <summary>A workflow's state at the time of asking.</summary>
public class WorkflowState
{
    private readonly State? _state;

    internal WorkflowState(State? state)
    {
        _state = state;
        FailureDetails = state?.FailureDetails is { } details ? Failures.Read(details) : null;
    }

    /// <summary>The workflow's name.</summary>
    public string WorkflowName => _state?.Name ?? "";

    /// <summary>Whether there is such a workflow.</summary>
    public bool Exists => _state is not null;

    /// <summary>Whether it has begun and not ended.</summary>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether it has ended, in whatever way.</summary>
    public bool IsWorkflowCompleted =>
        RuntimeStatus
            is WorkflowRuntimeStatus.Completed
                or WorkflowRuntimeStatus.Failed
                or WorkflowRuntimeStatus.Terminated
                or WorkflowRuntimeStatus.Canceled;

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt => _state?.Created?.ToDateTimeOffset() ?? default;

    /// <summary>When its state last changed.</summary>
    public DateTimeOffset LastUpdatedAt => _state?.LastUpdated?.ToDateTimeOffset() ?? default;

    /// <summary>Where it stands.</summary>
    public WorkflowRuntimeStatus RuntimeStatus =>
        _state?.WorkflowStatus switch
        {
            null => WorkflowRuntimeStatus.Unknown,
            WorkflowStatus.Running => WorkflowRuntimeStatus.Running,
            WorkflowStatus.Completed => WorkflowRuntimeStatus.Completed,
            WorkflowStatus.ContinuedAsNew => WorkflowRuntimeStatus.ContinuedAsNew,
            WorkflowStatus.Failed => WorkflowRuntimeStatus.Failed,
            WorkflowStatus.Canceled => WorkflowRuntimeStatus.Canceled,
            WorkflowStatus.Terminated => WorkflowRuntimeStatus.Terminated,
            WorkflowStatus.Pending => WorkflowRuntimeStatus.Pending,
            WorkflowStatus.Suspended => WorkflowRuntimeStatus.Suspended,
            WorkflowStatus.Stalled => WorkflowRuntimeStatus.Stalled,
            _ => WorkflowRuntimeStatus.Unknown,
        };

    /// <summary>Why it failed, if it did.</summary>
    public WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <summary>Its input; the default, if it was not asked for.</summary>
    public T? ReadInputAs<T>() => Payload.Read<T>(_state?.Input);

    /// <summary>Its result; the default, if there is none or it was not asked for.</summary>
    public T? ReadOutputAs<T>() => Payload.Read<T>(_state?.Output);

    /// <summary>The status it shows; the default, if there is none or it was not asked for.</summary>
    public T? ReadCustomStatusAs<T>() => Payload.Read<T>(_state?.CustomStatus);
}
