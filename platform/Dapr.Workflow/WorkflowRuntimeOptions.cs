using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Registration;

namespace Dapr.Workflow;

/// <summary>The workflows and activities of this app.</summary>
public sealed class WorkflowRuntimeOptions
{
    internal WorkflowRegistry Registry { get; } = new();

    /// <summary>Registers a workflow class under its type's name, or another one.</summary>
    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow => Registry.AddWorkflow<TWorkflow>(name ?? typeof(TWorkflow).Name);

    /// <summary>Registers a function as a workflow.</summary>
    public void RegisterWorkflow<TInput, TOutput>(
        string name,
        Func<WorkflowContext, TInput, Task<TOutput>> implementation
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        Registry.AddWorkflow(name, new FunctionWorkflow<TInput, TOutput>(implementation));
    }

    /// <summary>Registers an activity class under its type's name, or another one.</summary>
    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity => Registry.AddActivity<TActivity>(name ?? typeof(TActivity).Name);

    /// <summary>Registers a function as an activity.</summary>
    public void RegisterActivity<TInput, TOutput>(
        string name,
        Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        Registry.AddActivity(name, new FunctionActivity<TInput, TOutput>(implementation));
    }
}
