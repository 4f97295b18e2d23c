using System.Data;
using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Features;

/// <summary>One rebuild, from the producers' first events to the comparison with the live history, which goes on meanwhile.</summary>
internal sealed class Rebuild(NpgsqlConnection connection, Shadow shadow, EventReplay replay, Action<RebuildRun> tell)
{
    private const int Passes = 8;
    private const int NearlyThere = 1_000;
    private readonly Dictionary<(string Producer, long Position), LoggedEvent> _parked = [];
    private readonly List<LeftOutEvent> _refused = [];
    private long _events;

    /// <summary>The run's end. An exception means that nothing was changed.</summary>
    public async Task<RebuildRun> RunAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        if (!await shadow.TryStartAsync(cancellationToken))
            return run with { Phase = RebuildPhase.Failed, Error = "Another replica is rebuilding." };

        // What came meanwhile is read again and again, each time less; the rest is read in the transaction that compares.
        for (var pass = 0; pass < Passes; pass++)
            if (await PassAsync(run, cancellationToken) < NearlyThere)
                break;
        return await CompareAsync(run, cancellationToken);
    }

    private async Task<long> PassAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        var before = _events;
        var live = await shadow.LiveAsync(cancellationToken);
        foreach (var (producer, end) in live)
        {
            for (var more = true; more; )
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                more = await StepAsync(transaction, producer, end, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                tell(run with { Events = _events, Of = live.Values.Sum() });
            }
        }

        return _events - before;
    }

    // One snapshot shows the live watermarks together with exactly the rows of the events up to them, and with exactly the letters that are parked: intake moves them in one
    // transaction. So nothing has to be locked, and orders flow on.
    private async Task<RebuildRun> CompareAsync(RebuildRun run, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            cancellationToken
        );
        var live = await shadow.LiveAsync(cancellationToken);
        tell(run = run with { Phase = RebuildPhase.Comparing, Events = _events, Of = live.Values.Sum() });
        foreach (var (producer, end) in live)
        {
            while (await StepAsync(transaction, producer, end, cancellationToken)) { }

            await UnparkAsync(transaction, producer, cancellationToken);
        }

        run = run with
        {
            Events = _events,
            Tables = await shadow.CompareAsync(cancellationToken),
            LeftOut =
            [
                .. _parked.Values.Zip(_parked.Keys, (e, k) =>
                    new LeftOutEvent(k.Producer, k.Position, e.Type, Parked: true)
                ),
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
                    "The histories differ, but events that are not parked could not be applied: the live one was left as it is.",
            };
        await shadow.AdoptAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return run with { Phase = RebuildPhase.Healed };
    }

    /// <summary>Applies the next events. False where the rebuilt history is at <paramref name="end"/>.</summary>
    private async Task<bool> StepAsync(
        NpgsqlTransaction transaction,
        string producer,
        long end,
        CancellationToken cancellationToken
    )
    {
        await shadow.EnterAsync(cancellationToken);
        var position = await shadow.PositionAsync(producer, cancellationToken);
        if (position >= end)
            return false;
        var parked = await shadow.ParkedAsync(producer, cancellationToken);
        var events = await replay.FetchAsync(producer, position, end, cancellationToken);
        foreach (var entry in events.Where(e => parked.Contains(e.Position)))
            _parked[(producer, entry.Position)] = entry;
        await ApplyAsync(
            transaction,
            producer,
            [.. events.Where(e => !parked.Contains(e.Position))],
            cancellationToken
        );
        await shadow.MoveAsync(producer, events[^1].Position, cancellationToken);
        _events += events.Count;
        return true;
    }

    /// <summary>What was parked when it was passed, and has been replayed since, was applied late on the live side, too.</summary>
    private async Task UnparkAsync(NpgsqlTransaction transaction, string producer, CancellationToken cancellationToken)
    {
        var parked = await shadow.ParkedAsync(producer, cancellationToken);
        foreach (
            var (key, entry) in _parked
                .Where(p => p.Key.Producer == producer && !parked.Contains(p.Key.Position))
                .ToList()
        )
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
    ) =>
        _refused.AddRange(
            (await replay.ApplyAsync(transaction, producer, events, cancellationToken)).Select(e => new LeftOutEvent(
                producer,
                e.Position,
                e.Type,
                Parked: false
            ))
        );
}
