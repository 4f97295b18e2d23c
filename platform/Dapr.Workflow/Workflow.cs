namespace Dapr.Workflow;

/// <summary>
/// A workflow: code whose every step is recorded, and which is replayed from that record after each of them.
/// It must take time, ids and results from its <see cref="WorkflowContext"/> only, and await nothing else.
/// </summary>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) =>
        await RunAsync(context, (TInput)input!);

    /// <summary>The workflow's code.</summary>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
