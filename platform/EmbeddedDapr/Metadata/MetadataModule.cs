using EmbeddedDapr.Hosting;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Metadata;

/// <summary>Health and metadata.</summary>
internal static class MetadataModule
{
    /// <summary>The Dapr release whose API is served, marked as the embedded runtime's.</summary>
    public const string RuntimeVersion = "1.18.7-embedded";

    public static IServiceCollection AddMetadata(this IServiceCollection services) =>
        services.AddDaprService<MetadataService>();

    public static void MapMetadata(this IEndpointRouteBuilder routes)
    {
        // The server listens only after the whole start, so every answer is a success.
        routes.MapGet("/v1.0/healthz", () => Results.NoContent());
        routes.MapGet("/v1.0/healthz/outbound", () => Results.NoContent());
        routes.MapGet("/v1.0/metadata", GetMetadata);
        routes.MapGrpcService<MetadataService>();
    }

    private static object GetMetadata(
        HttpContext context,
        Sidecars sidecars,
        SubscriptionRegistry registry,
        IWorkflowWorkers workers
    ) => Describe(sidecars.Of(context), registry, workers);

    public static string[] CapabilitiesOf(Component component) =>
        component.IsState ? ["ETAG", "TRANSACTIONAL", "TTL"] : [];

    private static object Describe(Sidecar sidecar, SubscriptionRegistry registry, IWorkflowWorkers workers) =>
        new
        {
            id = sidecar.AppId,
            runtimeVersion = RuntimeVersion,
            components = sidecar.Components.Select(c => new
            {
                name = c.Name,
                type = c.Type,
                version = c.Version,
                capabilities = CapabilitiesOf(c),
            }),
            extended = new { daprRuntimeVersion = RuntimeVersion },
            subscriptions = registry
                .Of(sidecar)
                .Select(s => new
                {
                    pubsubname = s.PubSub,
                    topic = s.Topic,
                    metadata = s.Metadata,
                    rules = new[] { new { path = s.Route } },
                    deadLetterTopic = s.DeadLetterTopic ?? "",
                    type = "PROGRAMMATIC",
                }),
            appConnectionProperties = new
            {
                port = sidecar.AppPort,
                protocol = "http",
                channelAddress = sidecar.AppAddress.Host,
            },
            workflows = new { connectedWorkers = workers.Connected(sidecar) },
        };
}
