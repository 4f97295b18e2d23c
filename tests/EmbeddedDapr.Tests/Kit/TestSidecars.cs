using DaprShop.Shop.Networking;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Tests.Kit;

/// <summary>Sidecars on free ports, with the components that the tests use.</summary>
internal static class TestSidecars
{
    public const string PubSub = "pubsub";
    public const string Broadcast = "broadcast";
    public const string Store = "store";

    /// <summary>Two retries, 100 ms apart, then a dead letter.</summary>
    public static RetryPolicy TwoRetries { get; } =
        new(false, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 2);

    public static RetryPolicy Unlimited { get; } = TwoRetries with { MaxRetries = -1 };

    public static Sidecar For(
        string appId,
        RetryPolicy? retries = null,
        string? apiToken = null,
        string? appToken = null,
        IReadOnlyDictionary<string, string>? storeMetadata = null
    ) =>
        new(appId, FreePort.Take(), FreePort.Take(), FreePort.Take(), apiToken, appToken)
        {
            Components =
            [
                new(PubSub, "pubsub.redis", "v1", new Dictionary<string, string>(), []),
                new(Broadcast, "pubsub.redis", "v1", new Dictionary<string, string> { ["consumerID"] = "{uuid}" }, []),
                new(Store, "state.redis", "v1", storeMetadata ?? new Dictionary<string, string>(), []),
            ],
            InboundRetries = new Dictionary<string, RetryPolicy>
            {
                [PubSub] = retries ?? Unlimited,
                [Broadcast] = Unlimited,
            },
        };
}
