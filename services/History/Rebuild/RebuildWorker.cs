using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.History.Rebuild;

/// <summary>Wakes the <see cref="RebuildWorker"/>.</summary>
internal sealed class RebuildSignal : WorkSignal;

/// <summary>Runs one rebuild at a time, on request, and keeps the result of the last one in memory.</summary>
internal sealed class RebuildWorker(
    NpgsqlDataSource database,
    EventReplay replay,
    RebuildSignal requested,
    TimeProvider time,
    ILogger<RebuildWorker> logger
) : PollingWorker(Timeout.InfiniteTimeSpan, time, logger, requested)
{
    private readonly RebuildSignal _requested = requested;
    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private RebuildRun? _run;

    /// <summary>The running rebuild, else the last one since the service started, else null.</summary>
    public RebuildRun? Run => Volatile.Read(ref _run);

    /// <summary>Starts a rebuild and returns it; while one runs, returns that one.</summary>
    public RebuildRun Start()
    {
        lock (_gate)
        {
            if (_run is { EndedAt: null })
                return _run;
            _run = RebuildRun.New(_time.GetUtcNow());
            _requested.Raise();
            return _run;
        }
    }

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (Run is not { EndedAt: null } run)
            return false;
        var ended = await RunAsync(run, cancellationToken);
        _logger.LogRebuilt(
            ended.Phase,
            ended.Events,
            ended.Tables.Sum(t => t.Unexpected),
            ended.Tables.Sum(t => t.Missing)
        );
        Volatile.Write(ref _run, ended with { EndedAt = _time.GetUtcNow() });
        return false;
    }

    private async Task<RebuildRun> RunAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var shadow = new ShadowSchema(connection);
            var job = new RebuildJob(connection, shadow, replay, progress => Volatile.Write(ref _run, progress));
            return await job.RunAsync(run, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _logger.LogRebuildFailed(e);
            return Run! with { Phase = RebuildPhase.Failed, Error = e.Message };
        }
    }
}
