using DaprShop.Shop;
using DaprShop.Shop.Processes;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>One server of each kind, shared by the tests that do not kill it, started at its first use.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Dictionary<string, Lazy<Task<TestServer>>> _shared = new[]
    {
        "redis",
        "rabbitmq",
        "kafka",
    }.ToDictionary(kind => kind, kind => new Lazy<Task<TestServer>>(() => Task.Run(() => StartAsync(kind))));

    internal Task<TestServer> SharedAsync(string kind) => _shared[kind].Value;

    /// <summary>A separate server, for tests that kill it.</summary>
    internal static Task<TestServer> StartAsync(string kind) => TestServer.StartAsync(kind, Prepare);

    private static ProcessSpec Prepare(ShopFolder shop, ProcessSpec server)
    {
        // Replicas share a topic only if it has several partitions; the shop's ordered topics have one each.
        var settings = Path.Combine(shop.Data, "kafka.properties");
        if (File.Exists(settings))
            File.WriteAllText(
                settings,
                File.ReadAllText(settings).Replace("num.partitions=1", "num.partitions=4", StringComparison.Ordinal)
            );
        return Guards.IsOut("appendonly")
            ? server with
            {
                Arguments = [.. server.Arguments.Select(a => a == "yes" ? "no" : a)],
            }
            : server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _shared.Values.Where(s => s.IsValueCreated))
            await (await server.Value).DisposeAsync();
        Reporting.Matrix.Publish();
    }
}
