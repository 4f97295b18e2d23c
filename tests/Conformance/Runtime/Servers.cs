using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>One server of each kind for all tests that leave it alive, started by whoever asks first.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Dictionary<string, Lazy<Task<ITestServer>>> _shared =
        new[] { "redis", "rabbitmq", "kafka" }.ToDictionary(kind => kind, kind => new Lazy<Task<ITestServer>>(() => Task.Run(() => StartAsync(kind))));

    internal Task<ITestServer> SharedAsync(string kind) => _shared[kind].Value;

    /// <summary>A server of one's own, for tests that kill it.</summary>
    internal static async Task<ITestServer> StartAsync(string kind)
    {
        ITestServer server = kind switch
        {
            "redis" => new LocalRedis(appendOnly: !Guards.IsOut("appendonly")),
            "rabbitmq" => new LocalRabbitMq(),
            _ => new LocalKafka(),
        };
        await server.StartAsync();
        return server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _shared.Values.Where(s => s.IsValueCreated))
            await (await server.Value).DisposeAsync();
        Reporting.Matrix.Publish();
    }
}
