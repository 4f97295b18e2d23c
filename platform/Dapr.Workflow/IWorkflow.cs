namespace Dapr.Workflow;

/// <summary>What the runtime sees of a workflow. Derive from <see cref="Workflow{TInput,TOutput}"/> instead.</summary>
public interface IWorkflow
{
    /// <summary>The type its input is read as.</summary>
    Type InputType { get; }

    /// <summary>The type of its result.</summary>
    Type OutputType { get; }

    /// <summary>Runs (or replays) the workflow.</summary>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
