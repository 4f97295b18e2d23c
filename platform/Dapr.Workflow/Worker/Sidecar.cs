using Dapr.Workflow.Protocol;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow.Worker;

/// <summary>The connection to the sidecar, shared by worker and client.</summary>
internal sealed class Sidecar : IDisposable
{
    private const int LargestMessage = 16 * 1024 * 1024;
    private readonly GrpcChannel _channel;
    private readonly Metadata? _headers;

    public Sidecar(IConfiguration configuration)
    {
        Address = AddressFrom(configuration);
        if (Setting(configuration, "DAPR_API_TOKEN") is { } token)
            _headers = new Metadata { { "dapr-api-token", token } };
        _channel = GrpcChannel.ForAddress(
            Address,
            new GrpcChannelOptions
            {
                MaxReceiveMessageSize = LargestMessage,
                InitialReconnectBackoff = Timing.FirstReconnect,
                MaxReconnectBackoff = Timing.SlowestRedial,
                DisposeHttpClient = true,
                HttpHandler = new SocketsHttpHandler
                {
                    ConnectTimeout = Timing.Connect,
                    EnableMultipleHttp2Connections = true,
                    KeepAlivePingDelay = Timing.KeepAlive,
                    KeepAlivePingTimeout = Timing.KeepAliveAnswer,
                    KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                    PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                },
            }
        );
        Service = new TaskHubSidecarService.TaskHubSidecarServiceClient(_channel);
    }

    public string Address { get; }

    public TaskHubSidecarService.TaskHubSidecarServiceClient Service { get; }

    /// <summary>The options of a call that must answer in time. Every call but the stream of work has such a limit.</summary>
    public CallOptions Within(TimeSpan limit, CancellationToken cancellationToken) =>
        new(_headers, (Timing.Clock.GetUtcNow() + limit).UtcDateTime, cancellationToken);

    public CallOptions Unlimited(CancellationToken cancellationToken) => new(_headers, null, cancellationToken);

    public void Dispose() => _channel.Dispose();

    internal static string AddressFrom(IConfiguration configuration)
    {
        var endpoint = Setting(configuration, "DAPR_GRPC_ENDPOINT")
            ?? $"http://127.0.0.1:{Setting(configuration, "DAPR_GRPC_PORT") ?? "50001"}";
        return endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : $"http://{endpoint}";
    }

    private static string? Setting(IConfiguration configuration, string key)
    {
        var value = configuration[key];
        if (string.IsNullOrEmpty(value))
            value = Environment.GetEnvironmentVariable(key);
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
