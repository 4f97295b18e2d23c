using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.PubSub;

/// <summary>Who shares a subscription: all replicas of an app, or, on a component whose consumer is named by <c>{uuid}</c> or <c>{podName}</c>, nobody.</summary>
internal sealed class Consumers
{
    // A broadcast starts with what is published from then on, also after a restart.
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

    /// <summary>How every broadcast consumer of this process ends.</summary>
    public string Suffix => $"/{_run}";

    private static string? NameIn(Component component) =>
        component.Metadata.GetValueOrDefault("consumerID") ?? component.Metadata.GetValueOrDefault("consumerGroup");
}
