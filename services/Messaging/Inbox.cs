using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Applies a producer's events in order, without a gap, each once in effect, although messages are late, repeated or
/// out of order. The watermark, updated in the transaction of the effect, is the inbox: one number instead of a row per
/// event, since logs are dense.
/// </summary>
internal sealed class Inbox(
    IProjection projection,
    NpgsqlDataSource database,
    EventSource source,
    DeadLetters deadLetters,
    ILogger<Inbox> logger
) : IDisposable
{
    private const string LockWatermark = "select position from watermarks where producer = $1 for update";
    private const string InsertWatermark =
        "insert into watermarks (producer, position) values ($1, 0) on conflict do nothing";
    private const string UpdateWatermark = "update watermarks set position = $2 where producer = $1";

    private readonly string _producer = Topics.ProducerOf(projection.Topic);
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public string Topic => projection.Topic;

    public string Producer => _producer;

    public IProjection Projection => projection;

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>
    /// Applies the events of <paramref name="pages"/> that are new here, and fetches missing ones from the producer.
    /// </summary>
    public Task ApplyAsync(IEnumerable<EventPage> pages, CancellationToken cancellationToken) =>
        AdvanceAsync([.. pages.SelectMany(p => p.Events).OrderBy(e => e.Position)], cancellationToken);

    /// <summary>
    /// Fetches and applies events that the producer has logged and no message has brought. Returns their number.
    /// </summary>
    public Task<int> ReconcileAsync(CancellationToken cancellationToken) =>
        AdvanceAsync([], cancellationToken, always: true);

    private async Task<int> AdvanceAsync(
        List<LoggedEvent> received,
        CancellationToken cancellationToken,
        bool always = false
    )
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var applied = 0;
            while (true)
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var watermark = await LockWatermarkAsync(connection, cancellationToken);
                var next = Contiguous(received, watermark);
                if (next.Count == 0 && (always || received.Any(e => e.Position > watermark)))
                    next = Contiguous(await source.FetchAsync(_producer, watermark, cancellationToken), watermark);
                if (next.Count == 0)
                    return applied;

                if (!await TryApplyAsync(connection, transaction, next, cancellationToken))
                    await ApplyOneByOneAsync(next, cancellationToken);
                applied += next.Count;
                if (!always && next[^1].Position >= received[^1].Position)
                    return applied;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>
    /// The events that directly follow <paramref name="watermark"/>, up to the first gap, without repetitions.
    /// </summary>
    internal static List<LoggedEvent> Contiguous(IEnumerable<LoggedEvent> events, long watermark)
    {
        var contiguous = new List<LoggedEvent>();
        foreach (var entry in events)
        {
            if (entry.Position <= watermark)
                continue;
            if (entry.Position != watermark + 1)
                break;
            contiguous.Add(entry);
            watermark++;
        }

        return contiguous;
    }

    private async Task<bool> TryApplyAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        List<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        try
        {
            RefuseUnpublishable(events);
            await projection.ApplyAsync(connection, events, cancellationToken);
            await UpdateWatermarkAsync(connection, events[^1].Position, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (IsCausedByEvent(e))
        {
            logger.LogRangeFailed(_producer, events[0].Position, events[^1].Position, e);
            await transaction.RollbackAsync(cancellationToken);
            return false;
        }
    }

    /// <summary>Isolates the event that fails: applies its neighbours, and parks it after its last attempt.</summary>
    private async Task ApplyOneByOneAsync(List<LoggedEvent> events, CancellationToken cancellationToken)
    {
        foreach (var entry in events)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await LockWatermarkAsync(connection, cancellationToken) >= entry.Position)
                continue;
            await transaction.SaveAsync("event", cancellationToken);
            try
            {
                RefuseUnpublishable([entry]);
                await projection.ApplyAsync(connection, [entry], cancellationToken);
            }
            catch (Exception e) when (IsCausedByEvent(e))
            {
                await transaction.RollbackAsync("event", cancellationToken);
                if (!await deadLetters.ParkIfLastAttemptAsync(connection, _producer, entry, e, cancellationToken))
                {
                    await transaction.CommitAsync(cancellationToken);
                    throw new EventNotAppliedException(entry, e);
                }

                logger.LogEventParked(_producer, entry.Position, e);
            }

            await UpdateWatermarkAsync(connection, entry.Position, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Applies a parked event again, in the caller's transaction. Its successors were applied in the meantime. One that
    /// could not be published is fetched from the log, which may have been mended.
    /// </summary>
    public async Task ReplayAsync(NpgsqlConnection connection, LoggedEvent entry, CancellationToken cancellationToken)
    {
        if (entry.Type == EventTypes.Unpublishable)
            entry = Contiguous(
                    await source.FetchAsync(_producer, entry.Position - 1, cancellationToken),
                    entry.Position - 1
                )
                .First();
        RefuseUnpublishable([entry]);
        await projection.ApplyAsync(connection, [entry], cancellationToken);
    }

    /// <exception cref="UnpublishableEventException">One of the events could not be published.</exception>
    internal static void RefuseUnpublishable(IReadOnlyList<LoggedEvent> events)
    {
        if (events.FirstOrDefault(e => e.Type == EventTypes.Unpublishable) is { } entry)
            throw new UnpublishableEventException(entry);
    }

    // The watermark's lock excludes concurrent writers, so a key that exists now will exist at the next attempt too.
    internal static bool IsCausedByEvent(Exception e) => TransientErrors.IsPermanent(e);

    private async Task<long> LockWatermarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(InsertWatermark, _producer);
        batch.Add(LockWatermark, _producer);
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    private Task<int> UpdateWatermarkAsync(
        NpgsqlConnection connection,
        long position,
        CancellationToken cancellationToken
    ) => connection.ExecuteAsync(UpdateWatermark, [_producer, position], cancellationToken);
}
