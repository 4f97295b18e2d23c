using DaprShop.Gateway.Features;
using DaprShop.Gateway.Streams;
using DaprShop.Messaging;
using Scalar.AspNetCore;

namespace DaprShop.Gateway;

/// <summary>What the gateway is made of.</summary>
internal static class GatewayService
{
    public static void AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddHttpForwarder()
            .AddSingleton(new Sidecar(configuration))
            .AddSingleton<OpenApiDocuments>()
            .AddSingleton<BulkDoor>()
            .AddSingleton(StreamSettings.From(configuration))
            .AddSingleton<StreamLimits>()
            .AddSingleton<OrderSource>()
            .AddSingleton<LiveOrders>()
            .AddSingleton<IBroadcastHandler>(p => p.GetRequiredService<LiveOrders>())
            .AddHealthChecks()
            .AddCheck<SidecarHealth>("sidecar");
        services.AddSidecarDoor(configuration);
    }

    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        routes.MapForwarding();
        routes.MapReceiveBulkOrders();
        routes.MapWatchBulkOrders();
        routes.MapStreamOrder();
        routes.MapGroup("").RequireAuthorization(SidecarDoor.Policy).MapSubscriptions();
        routes.MapGetOpenApi();
        routes.MapGetAsyncApi();
        routes.MapScalarApiReference("/docs", docs =>
            docs.WithTitle("DaprShop").WithOpenApiRoutePattern(GetOpenApi.Path)
        );
    }
}
