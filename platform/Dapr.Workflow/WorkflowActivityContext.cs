using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>What an activity may know of its call.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's name.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>Names this call: equal whenever the same call is delivered or retried again, so usable as an idempotency key.</summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The calling workflow's instance id.</summary>
    public abstract string InstanceId { get; }
}
