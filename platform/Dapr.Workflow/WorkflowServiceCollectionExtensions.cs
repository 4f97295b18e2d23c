using Dapr.Workflow.Registration;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dapr.Workflow;

/// <summary>Adds workflows to an app.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>Adds the workflow client and a worker.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection serviceCollection) =>
        serviceCollection.AddDaprWorkflow(_ => { });

    /// <summary>Adds the workflow client, and a worker for the workflows and activities registered here.</summary>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection serviceCollection,
        Action<WorkflowRuntimeOptions> configure,
        ServiceLifetime lifetime = ServiceLifetime.Singleton
    )
    {
        ArgumentNullException.ThrowIfNull(serviceCollection);
        ArgumentNullException.ThrowIfNull(configure);

        serviceCollection.TryAddSingleton<Sidecar>();
        serviceCollection.AddOptions<WorkflowRuntimeOptions>().Configure(configure);
        serviceCollection.TryAddSingleton(provider =>
            provider.GetRequiredService<IOptions<WorkflowRuntimeOptions>>().Value.Registry
        );
        serviceCollection.TryAddSingleton<ActivityRunner>();
        serviceCollection.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkflowWorker>());
        serviceCollection.TryAdd(
            new ServiceDescriptor(
                typeof(DaprWorkflowClient),
                provider => new DaprWorkflowClient(provider.GetRequiredService<Sidecar>()),
                lifetime
            )
        );
        serviceCollection.TryAdd(
            new ServiceDescriptor(
                typeof(IDaprWorkflowClient),
                provider => provider.GetRequiredService<DaprWorkflowClient>(),
                lifetime
            )
        );
        return serviceCollection;
    }
}
