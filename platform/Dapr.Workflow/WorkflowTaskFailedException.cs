namespace Dapr.Workflow;

/// <summary>Thrown into a workflow where an activity or a child workflow it awaits has failed.</summary>
#pragma warning disable CA1032 // The official exception has this one constructor.
public class WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails) : Exception(message)
#pragma warning restore CA1032
{
    /// <summary>What the activity or child threw.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; } =
        failureDetails ?? throw new ArgumentNullException(nameof(failureDetails));
}
