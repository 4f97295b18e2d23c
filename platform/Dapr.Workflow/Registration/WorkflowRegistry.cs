using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Registration;

/// <summary>Who runs what, by name in any letter case.</summary>
internal sealed class WorkflowRegistry
{
    private readonly Dictionary<string, Func<IServiceProvider, IWorkflow>> _workflows = new(
        StringComparer.OrdinalIgnoreCase
    );
    private readonly Dictionary<string, Func<IServiceProvider, IWorkflowActivity>> _activities = new(
        StringComparer.OrdinalIgnoreCase
    );

    public void AddWorkflow(string name, IWorkflow workflow) => _workflows.Add(name, _ => workflow);

    public void AddWorkflow<T>(string name)
        where T : class, IWorkflow => _workflows.Add(name, Creator<T>());

    public void AddActivity(string name, IWorkflowActivity activity) => _activities.Add(name, _ => activity);

    public void AddActivity<T>(string name)
        where T : class, IWorkflowActivity => _activities.Add(name, Creator<T>());

    public Func<IServiceProvider, IWorkflow>? FindWorkflow(string name) => _workflows.GetValueOrDefault(name);

    public Func<IServiceProvider, IWorkflowActivity>? FindActivity(string name) => _activities.GetValueOrDefault(name);

    /// <summary>From the container where the type is registered there, else built with its dependencies.</summary>
    private static Func<IServiceProvider, T> Creator<T>()
        where T : class
    {
        var build = new Lazy<ObjectFactory<T>>(() => ActivatorUtilities.CreateFactory<T>([]));
        return services => services.GetService<T>() ?? build.Value(services, null);
    }
}
