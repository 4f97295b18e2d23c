using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Tests;

/// <summary>Apps that no program stands behind: what tests answer for on their ports.</summary>
internal static class TestApps
{
    /// <summary>The app <c>orders</c>, which runs workflows.</summary>
    public static DaprApp Orders(int port, int sidecarPort) =>
        new("orders", port, sidecarPort, 0)
        {
            InternalGrpcPort = 0,
            MetricsPort = 0,
            Folder = "",
            Command = [],
            Environment = new Dictionary<string, string> { [DaprApp.RunsWorkflowsVariable] = "true" },
            ResourcesPaths = [],
            ConfigFile = "",
            MaxBodySize = "",
            LogLevel = "",
        };
}
