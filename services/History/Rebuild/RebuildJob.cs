using System.Data;
using DaprShop.Contracts;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Rebuild;

/// <summary>
/// One rebuild: applies the producers' events from the first on, then compares the result with the live history, which
/// keeps growing meanwhile.
/// </summary>
internal sealed class RebuildJob(
    NpgsqlConnection connection,
    ShadowSchema shadow,
    EventReplay replay,
    Action<RebuildRun> report
)
{
    private const int MaxPasses = 8;
    private const int SmallPass = 1_000;
    private readonly Dictionary<(string Producer, long Position), LoggedEvent> _parked = [];
    private readonly List<SkippedEvent> _refused = [];
    private long _events;

    /// <summary>Runs the rebuild to its end. An exception means that nothing was changed.</summary>
    public async Task<RebuildRun> RunAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        if (!await shadow.TryStartAsync(cancellationToken))
            return run with { Phase = RebuildPhase.Failed, Error = "Another replica is rebuilding." };

        // Each pass reads the events that arrived during the one before, fewer each time; the last ones are read in the
        // transaction that compares.
        for (var pass = 0; pass < MaxPasses; pass++)
            if (await ReadAsync(run, cancellationToken) < SmallPass)
                break;
        return await CompareAsync(run, cancellationToken);
    }

    private async Task<long> ReadAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        var before = _events;
        var live = await shadow.GetLivePositionsAsync(cancellationToken);
        foreach (var (producer, end) in live)
        {
            for (var more = true; more; )
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                more = await ApplyNextAsync(transaction, producer, end, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                report(run with { Events = _events, TotalEvents = live.Values.Sum() });
            }
        }

        return _events - before;
    }

    // One snapshot shows the live watermarks together with exactly the rows of the events up to them, and with exactly
    // the events that are parked: the inbox changes them in one transaction. So nothing has to be locked, and orders
    // keep flowing.
    private async Task<RebuildRun> CompareAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            cancellationToken
        );
        var live = await shadow.GetLivePositionsAsync(cancellationToken);
        report(run = run with { Phase = RebuildPhase.Comparing, Events = _events, TotalEvents = live.Values.Sum() });
        foreach (var (producer, end) in live)
        {
            while (await ApplyNextAsync(transaction, producer, end, cancellationToken)) { }

            await ApplyReplayedAsync(transaction, producer, cancellationToken);
        }

        run = run with
        {
            Events = _events,
            Tables = await shadow.CompareAsync(cancellationToken),
            Skipped =
            [
                .. _parked.Select(p => new SkippedEvent(p.Key.Producer, p.Key.Position, p.Value.Type, Parked: true)),
                .. _refused,
            ],
        };
        if (run.Tables.All(t => t.IsIdentical))
            return run with { Phase = RebuildPhase.Identical };
        if (_refused.Count > 0)
            return run with
            {
                Phase = RebuildPhase.Failed,
                Error =
                    "The histories differ, but events that are not parked could not be applied: "
                    + "the live history was left unchanged.",
            };
        await shadow.AdoptAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return run with { Phase = RebuildPhase.Repaired };
    }

    /// <summary>
    /// Applies the next events; false where the rebuilt history has already reached <paramref name="end"/>.
    /// </summary>
    private async Task<bool> ApplyNextAsync(
        NpgsqlTransaction transaction,
        string producer,
        long end,
        CancellationToken cancellationToken
    )
    {
        await shadow.EnterAsync(cancellationToken);
        var position = await shadow.GetPositionAsync(producer, cancellationToken);
        if (position >= end)
            return false;
        var parked = await shadow.GetParkedPositionsAsync(producer, cancellationToken);
        var events = await replay.FetchAsync(producer, position, end, cancellationToken);
        foreach (var entry in events.Where(e => parked.Contains(e.Position)))
            _parked[(producer, entry.Position)] = entry;
        await ApplyAsync(
            transaction,
            producer,
            [.. events.Where(e => !parked.Contains(e.Position))],
            cancellationToken
        );
        await shadow.SetPositionAsync(producer, events[^1].Position, cancellationToken);
        _events += events.Count;
        return true;
    }

    /// <summary>
    /// Applies events that were parked when they were read and have been replayed since: the live history has them,
    /// too.
    /// </summary>
    private async Task ApplyReplayedAsync(
        NpgsqlTransaction transaction,
        string producer,
        CancellationToken cancellationToken
    )
    {
        var parked = await shadow.GetParkedPositionsAsync(producer, cancellationToken);
        var replayed = _parked.Where(p => p.Key.Producer == producer && !parked.Contains(p.Key.Position)).ToList();
        foreach (var (key, entry) in replayed)
        {
            _parked.Remove(key);
            await ApplyAsync(transaction, producer, [entry], cancellationToken);
        }
    }

    private async Task ApplyAsync(
        NpgsqlTransaction transaction,
        string producer,
        List<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var refused = await replay.ApplyAsync(transaction, producer, events, cancellationToken);
        _refused.AddRange(refused.Select(e => new SkippedEvent(producer, e.Position, e.Type, Parked: false)));
    }
}
