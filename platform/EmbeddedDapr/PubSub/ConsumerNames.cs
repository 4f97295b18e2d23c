using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// Names the consumer of a subscription: shared by all replicas of an app, or, for a component whose consumer id is
/// <c>{uuid}</c> or <c>{podName}</c>, one per replica (a broadcast).
/// </summary>
internal sealed class ConsumerNames
{
    // New per process: a broadcast starts with messages published from now on, also after a restart.
    private readonly Guid _run = Guid.CreateVersion7();

    public (string Name, bool Broadcast) Of(Sidecar sidecar, string pubsub)
    {
        var component = sidecar.Components.First(c => c.IsPubSub && c.Name == pubsub);
        var named = NameIn(component);
        return named is null ? (sidecar.AppId, false)
            : named.Contains("{uuid}", StringComparison.Ordinal)
            || named.Contains("{podName}", StringComparison.Ordinal)
                ? ($"{sidecar.Instance}/{_run}", true)
            : (named.Replace("{appID}", sidecar.AppId, StringComparison.Ordinal), false);
    }

    /// <summary>The suffix of every broadcast consumer name of this process.</summary>
    public string Suffix => $"/{_run}";

    private static string? NameIn(Component component) =>
        component.Metadata.GetValueOrDefault("consumerID") ?? component.Metadata.GetValueOrDefault("consumerGroup");
}
