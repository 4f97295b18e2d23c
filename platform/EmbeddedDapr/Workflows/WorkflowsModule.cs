using EmbeddedDapr.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedDapr.Workflows;

internal static class WorkflowsModule
{
    public static IServiceCollection AddWorkflows(this IServiceCollection services)
    {
        services.TryAddSingleton<WorkflowOptions>();
        return services
            .AddSingleton<Engines>()
            .AddSingleton<IWorkflowWorkers>(provider => provider.GetRequiredService<Engines>());
    }

    public static void MapWorkflows(this IEndpointRouteBuilder routes) => routes.MapGrpcService<TaskHubService>();
}
