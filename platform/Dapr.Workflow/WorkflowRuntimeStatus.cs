namespace Dapr.Workflow;

/// <summary>Where a workflow stands.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>It does not exist, or the runtime named a state unknown here.</summary>
    Unknown = -1,

    /// <summary>It has begun.</summary>
    Running,

    /// <summary>It returned.</summary>
    Completed,

    /// <summary>It began anew with a fresh history.</summary>
    ContinuedAsNew,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Canceled,

    /// <summary>It was ended from outside.</summary>
    Terminated,

    /// <summary>It is accepted and has not begun.</summary>
    Pending,

    /// <summary>It is paused from outside.</summary>
    Suspended,

    /// <summary>It cannot go on until a fitting worker comes.</summary>
    Stalled,
}
