using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.State;

/// <summary>State, over HTTP and gRPC.</summary>
internal static class StateModule
{
    public static IServiceCollection AddState(this IServiceCollection services) =>
        services
            .AddSingleton<StateTable>()
            .AddSingleton<StateStores>()
            .AddDaprService<StateService>()
            .AddHostedService<ExpiredStateWorker>();

    public static void MapState(this IEndpointRouteBuilder routes)
    {
        string[] write = [HttpMethods.Post, HttpMethods.Put];
        var store = routes.MapGroup("/v1.0/state/{store}");
        store.MapMethods("", write, StateEndpoints.SaveAsync);
        store.MapGet("/{key}", StateEndpoints.GetAsync);
        store.MapDelete("/{key}", StateEndpoints.DeleteAsync);
        store.MapMethods("/bulk", write, StateEndpoints.GetBulkAsync);
        store.MapMethods("/transaction", write, StateEndpoints.TransactAsync);
        routes.MapGrpcService<StateService>();
    }
}
