using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Features;

/// <summary>Runs one rebuild at a time, and remembers the last.</summary>
internal sealed class Rebuilder(
    NpgsqlDataSource database,
    EventReplay replay,
    TimeProvider time,
    ILogger<Rebuilder> logger
) : BackgroundService
{
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Lock _gate = new();
    private RebuildRun? _run;

    /// <summary>The run that is under way, else the last one since the service started.</summary>
    public RebuildRun? Run => Volatile.Read(ref _run);

    /// <summary>Starts a run, unless one is under way: then that is it.</summary>
    public RebuildRun Start()
    {
        lock (_gate)
        {
            if (_run is { IsOver: false })
                return _run;
            _run = RebuildRun.New(time.GetUtcNow());
            _asked.Release();
            return _run;
        }
    }

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _asked.WaitAsync(stoppingToken);
            var ended = await RunAsync(Run!, stoppingToken);
            logger.LogRebuilt(
                ended.Phase,
                ended.Events,
                ended.Tables.Sum(t => t.Forged),
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
            await using var shadow = new Shadow(connection);
            return await new Rebuild(connection, shadow, replay, progress =>
                Volatile.Write(ref _run, progress)
            ).RunAsync(run, stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogRebuildFailed(e);
            return Run! with { Phase = RebuildPhase.Failed, Error = e.Message };
        }
    }
}
