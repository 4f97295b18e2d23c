using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Hosting;

/// <summary>The sidecar of one app replica. Replicas of an app share the app id.</summary>
/// <param name="AppPort">The port on 127.0.0.1 where the app listens; 0: it does not listen.</param>
/// <param name="ApiToken">The <c>dapr-api-token</c> that callers must send; null: none.</param>
/// <param name="AppToken">The <c>dapr-api-token</c> sent to the app; null: none.</param>
internal sealed record Sidecar(
    string AppId,
    int AppPort,
    int HttpPort,
    int GrpcPort,
    string? ApiToken = null,
    string? AppToken = null
)
{
    /// <summary>Identifies this replica among those of its app.</summary>
    public string Instance => $"{AppId}/{HttpPort}";

    /// <summary>The components that the app may use.</summary>
    public IReadOnlyList<Component> Components { get; init; } = [];

    /// <summary>The retry policies of deliveries to the app, by component name.</summary>
    public IReadOnlyDictionary<string, RetryPolicy> InboundRetries { get; init; } =
        new Dictionary<string, RetryPolicy>();

    public Uri AppAddress => new($"http://127.0.0.1:{AppPort}/");
}
