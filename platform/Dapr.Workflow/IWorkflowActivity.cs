namespace Dapr.Workflow.Abstractions;

/// <summary>What the runtime sees of an activity. Derive from <see cref="WorkflowActivity{TInput,TOutput}"/> instead.</summary>
public interface IWorkflowActivity
{
    /// <summary>The type its input is read as.</summary>
    Type InputType { get; }

    /// <summary>The type of its result.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
