namespace Dapr.Workflow;

/// <summary>The clock and the replay flag of a workflow.</summary>
public interface IWorkflowContext
{
    /// <summary>True while the code only repeats what is already recorded.</summary>
    bool IsReplaying { get; }

    /// <summary>The workflow's time: that of the turn's beginning, equal in every replay.</summary>
    DateTime CurrentUtcDateTime { get; }
}
