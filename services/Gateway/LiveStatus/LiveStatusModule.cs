using DaprShop.Gateway.ServerSentEvents;
using DaprShop.Gateway.Sidecar;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>Streams of an order's status changes, fed by the broadcasts of Orders.</summary>
internal static class LiveStatusModule
{
    public static IServiceCollection AddLiveStatus(this IServiceCollection services) =>
        services
            .AddSidecarClient(OrderTransitionsClient.Client, OrderTransitionsClient.Timeout)
            .AddSingleton<OrderTransitionsClient>()
            .AddSingleton<OrderStatusHub>()
            .AddSingleton<IBroadcastHandler>(provider => provider.GetRequiredService<OrderStatusHub>());

    public static void MapLiveStatus(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders/{id:guid}/events", StreamOrderStatus.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .RequireRateLimiting(StreamLimitPolicy.Name)
            .WithTags("Orders")
            .WithSummary("Stream an order's status changes as server-sent events")
            .WithDescription(
                "The id of each event is the order's version. Last-Event-ID resumes after that version. "
                    + "The stream ends after a final status (delivered, rejected, cancelled, expired); a client that "
                    + "reconnects afterwards gets 204, which makes an EventSource stop. A client whose Last-Event-ID "
                    + "is ahead of the order gets one event `snapshot` with the current state."
            );

        // Broadcasts are delivered by the sidecar only.
        routes.MapGroup("").RequireAuthorization(SidecarTokenPolicy.Name).MapSubscriptions();
    }
}
