using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.State;

/// <summary>State, over HTTP and gRPC.</summary>
internal static class StateArea
{
    public static IServiceCollection AddState(this IServiceCollection services) =>
        services
            .AddSingleton<StateTable>()
            .AddSingleton<StateStores>()
            .AddDaprService<StateService>()
            .AddHostedService<SweepingWorker>();

    public static void MapState(this WebApplication app)
    {
        app.MapStateHttp();
        app.MapGrpcService<StateService>();
    }
}
