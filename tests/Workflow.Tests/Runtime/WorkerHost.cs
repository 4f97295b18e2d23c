using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>An app with a worker and a client, in this process.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private readonly IHost _host;

    private WorkerHost(IHost host) => _host = host;

    public IDaprWorkflowClient Client => _host.Services.GetRequiredService<DaprWorkflowClient>();

    public static async Task<WorkerHost> StartAsync(
        int grpcPort,
        Action<WorkflowRuntimeOptions> configure,
        Action<IServiceCollection>? services = null,
        params KeyValuePair<string, string?>[] settings
    )
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_PORT", $"{grpcPort}"), .. settings]);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        services?.Invoke(builder.Services);
        builder.Services.AddDaprWorkflow(configure);
        var host = builder.Build();
        await host.StartAsync();
        return new WorkerHost(host);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
