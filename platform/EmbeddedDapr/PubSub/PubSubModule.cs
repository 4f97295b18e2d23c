using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Pub/sub: publishing over HTTP and gRPC, and delivery to the subscriptions that apps declare.</summary>
internal static class PubSubModule
{
    public static IServiceCollection AddPubSub(this IServiceCollection services) =>
        services
            .AddSingleton<SubscriptionRegistry>()
            .AddSingleton<ConsumerNames>()
            .AddSingleton<TopicSignals>()
            .AddSingleton<MessageStore>()
            .AddSingleton<Publisher>()
            .AddDaprService<PublishService>()
            .AddHostedService<SubscriptionsWorker>()
            .AddSingleton<PruningWorker>()
            .AddHostedService(services => services.GetRequiredService<PruningWorker>());

    public static void MapPubSub(this IEndpointRouteBuilder routes)
    {
        string[] write = [HttpMethods.Post, HttpMethods.Put];
        routes.MapMethods("/v1.0/publish/{pubsub}/{**topic}", write, PublishEndpoints.PublishAsync);
        routes.MapMethods("/v1.0/publish/bulk/{pubsub}/{**topic}", write, PublishEndpoints.PublishBulkAsync);
        routes.MapMethods("/v1.0-alpha1/publish/bulk/{pubsub}/{**topic}", write, PublishEndpoints.PublishBulkAsync);
        routes.MapGrpcService<PublishService>();
    }

    public static TraceHeaders TraceOf(HttpRequest request) =>
        new(request.Headers.TraceParent.ToString(), request.Headers.TraceState.ToString());
}
