using EmbeddedDapr.Hosting;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Metadata;

/// <summary>Health and metadata.</summary>
internal static class MetadataArea
{
    /// <summary>The release of Dapr whose API this is, and that it is not that release.</summary>
    public const string RuntimeVersion = "1.18.7-embedded";

    public static IServiceCollection AddMetadata(this IServiceCollection services)
    {
        services.AddSingleton<IWorkflowWorkers, NoWorkflowWorkers>();
        return services.AddDaprService<MetadataService>();
    }

    public static void MapMetadata(this WebApplication app)
    {
        var sidecars = app.Services.GetRequiredService<Sidecars>();
        var registry = app.Services.GetRequiredService<SubscriptionRegistry>();
        // The server listens only when everything is there, so whoever can ask gets a yes.
        app.MapGet("/v1.0/healthz", () => Results.NoContent());
        app.MapGet("/v1.0/healthz/outbound", () => Results.NoContent());
        app.MapGet("/v1.0/metadata", (HttpContext context, IWorkflowWorkers workers) =>
            Describe(sidecars.Of(context), registry, workers)
        );
        app.MapGrpcService<MetadataService>();
    }

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
