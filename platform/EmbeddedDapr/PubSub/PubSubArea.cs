using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Pub/sub: publishing over HTTP and gRPC, and delivery to the subscriptions that apps declare.</summary>
internal static class PubSubArea
{
    public static IServiceCollection AddPubSub(this IServiceCollection services) =>
        services
            .AddSingleton<SubscriptionRegistry>()
            .AddSingleton<Consumers>()
            .AddSingleton<TopicSignals>()
            .AddSingleton<MessageStore>()
            .AddSingleton<Publisher>()
            .AddDaprService<PublishService>()
            .AddHostedService<SubscriptionsWorker>()
            .AddSingleton<PruningWorker>()
            .AddHostedService(services => services.GetRequiredService<PruningWorker>());

    public static void MapPubSub(this WebApplication app)
    {
        app.MapPublishing();
        app.MapGrpcService<PublishService>();
    }

    public static Trace TraceOf(HttpRequest request) =>
        new(request.Headers.TraceParent.ToString(), request.Headers.TraceState.ToString());
}
