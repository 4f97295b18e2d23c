using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Rebuild;

/// <summary>Runs one rebuild at a time, on request, and keeps the result of the last one in memory.</summary>
internal sealed class RebuildWorker(
    NpgsqlDataSource database,
    EventReplay replay,
    TimeProvider time,
    ILogger<RebuildWorker> logger
) : BackgroundService
{
    private readonly SemaphoreSlim _requested = new(0);
    private readonly Lock _gate = new();
    private RebuildRun? _run;

    /// <summary>The running rebuild, else the last one since the service started, else null.</summary>
    public RebuildRun? Run => Volatile.Read(ref _run);

    /// <summary>Starts a rebuild and returns it; while one runs, returns that one.</summary>
    public RebuildRun Start()
    {
        lock (_gate)
        {
            if (_run is { HasEnded: false })
                return _run;
            _run = RebuildRun.New(time.GetUtcNow());
            _requested.Release();
            return _run;
        }
    }

    public override void Dispose()
    {
        _requested.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _requested.WaitAsync(stoppingToken);
            var ended = await RunAsync(Run!, stoppingToken);
            logger.LogRebuilt(
                ended.Phase,
                ended.Events,
                ended.Tables.Sum(t => t.Unexpected),
                ended.Tables.Sum(t => t.Missing)
            );
            Volatile.Write(ref _run, ended with { EndedAt = time.GetUtcNow() });
        }
    }

    private async Task<RebuildRun> RunAsync(RebuildRun run, CancellationToken stoppingToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(stoppingToken);
            await using var shadow = new ShadowSchema(connection);
            var job = new RebuildJob(connection, shadow, replay, progress => Volatile.Write(ref _run, progress));
            return await job.RunAsync(run, stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogRebuildFailed(e);
            return Run! with { Phase = RebuildPhase.Failed, Error = e.Message };
        }
    }
}
