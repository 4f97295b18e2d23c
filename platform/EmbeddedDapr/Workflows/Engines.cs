using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>The workflow engine of each app, started at its first use.</summary>
internal sealed class Engines(
    NpgsqlDataSource database,
    TimeProvider clock,
    WorkflowOptions options,
    ILogger<Engine> logger
) : IWorkflowWorkers, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Engine>> _engines = new();

    public Engine Of(Sidecar sidecar) =>
        _engines.GetOrAdd(sidecar.AppId, app => new(() => new Engine(app, database, clock, options, logger))).Value;

    public int Connected(Sidecar sidecar) =>
        _engines.TryGetValue(sidecar.AppId, out var engine) ? engine.Value.Workers.Connected(sidecar) : 0;

    /// <summary>The container disposes this object once for each service that it is registered as.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var app in _engines.Keys)
            if (_engines.TryRemove(app, out var engine))
                await engine.Value.DisposeAsync();
    }
}
