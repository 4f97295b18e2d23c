namespace Dapr.Workflow;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">When to try again; never, if null.</param>
/// <param name="TargetAppId">The app that runs it; this one, if null.</param>
public record WorkflowTaskOptions(WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null);

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">The child's id; derived from the parent's, if null.</param>
/// <param name="RetryPolicy">When to try again; never, if null.</param>
/// <param name="TargetAppId">The app that runs it; this one, if null.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null,
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null
) : WorkflowTaskOptions(RetryPolicy, TargetAppId);
