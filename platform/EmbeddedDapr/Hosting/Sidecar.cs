using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Hosting;

/// <summary>One sidecar: an app of the run file, with the ports that its app knows it by. Two replicas of an app are two sidecars with one id.</summary>
/// <param name="AppPort">Where the app listens on 127.0.0.1; 0 where it does not.</param>
/// <param name="ApiToken">What callers must send as <c>dapr-api-token</c>; null when the sidecar asks for none.</param>
/// <param name="AppToken">What the app is sent as <c>dapr-api-token</c>; null when it asks for none.</param>
internal sealed record Sidecar(
    string AppId,
    int AppPort,
    int HttpPort,
    int GrpcPort,
    string? ApiToken = null,
    string? AppToken = null
)
{
    /// <summary>Names this replica among those of its app.</summary>
    public string Instance => $"{AppId}/{HttpPort}";

    /// <summary>What it may use.</summary>
    public IReadOnlyList<Component> Components { get; init; } = [];

    /// <summary>How deliveries to the app are retried, by the component's name.</summary>
    public IReadOnlyDictionary<string, RetryPolicy> InboundRetries { get; init; } =
        new Dictionary<string, RetryPolicy>();

    public Uri AppAddress => new($"http://127.0.0.1:{AppPort}/");
}
