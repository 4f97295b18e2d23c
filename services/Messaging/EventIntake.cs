using DaprShop.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Takes a producer's facts in: in order, without a gap, each once in effect, however often, late, or out of order its messages come.
/// The watermark, moved in the transaction of the effect, is the inbox: one number instead of a row per event, since logs are dense.
/// </summary>
internal sealed class EventIntake(
    IProjection projection,
    NpgsqlDataSource database,
    EventSource source,
    DeadLetters deadLetters,
    ILogger<EventIntake> logger
) : IDisposable
{
    private readonly string _producer = Topics.ProducerOf(projection.Topic);
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public string Topic => projection.Topic;

    public string Producer => _producer;

    public IProjection Projection => projection;

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Applies the pages' events that are new here, fetching from the producer what lies between.</summary>
    public Task TakeAsync(IEnumerable<EventPage> pages, CancellationToken cancellationToken) =>
        AdvanceAsync([.. pages.SelectMany(p => p.Events).OrderBy(e => e.Position)], cancellationToken);

    /// <summary>Fetches and applies what the producer has logged and no message has brought. Answers how many events that were.</summary>
    public Task<int> CatchUpAsync(CancellationToken cancellationToken) =>
        AdvanceAsync([], cancellationToken, always: true);

    private async Task<int> AdvanceAsync(
        List<LoggedEvent> arrived,
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
                var next = Contiguous(arrived, watermark);
                if (next.Count == 0 && (always || arrived.Any(e => e.Position > watermark)))
                    next = Contiguous(await source.FetchAsync(_producer, watermark, cancellationToken), watermark);
                if (next.Count == 0)
                    return applied;

                if (!await TryApplyAsync(connection, transaction, next, cancellationToken))
                    await ApplyOneByOneAsync(next, cancellationToken);
                applied += next.Count;
                if (!always && next[^1].Position >= arrived[^1].Position)
                    return applied;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>The stretch of <paramref name="events"/> that starts right after the watermark, without repeats.</summary>
    internal static List<LoggedEvent> Contiguous(IEnumerable<LoggedEvent> events, long watermark)
    {
        var stretch = new List<LoggedEvent>();
        foreach (var entry in events)
        {
            if (entry.Position <= watermark)
                continue;
            if (entry.Position != watermark + 1)
                break;
            stretch.Add(entry);
            watermark++;
        }

        return stretch;
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
            await projection.ApplyAsync(connection, events, cancellationToken);
            await MoveWatermarkAsync(connection, events[^1].Position, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (IsOfTheEvent(e))
        {
            logger.LogStretchFailed(_producer, events[0].Position, events[^1].Position, e);
            await transaction.RollbackAsync(cancellationToken);
            return false;
        }
    }

    /// <summary>Finds the event that fails, lets its neighbours pass, and parks it after its attempts.</summary>
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
                await projection.ApplyAsync(connection, [entry], cancellationToken);
            }
            catch (Exception e) when (IsOfTheEvent(e))
            {
                await transaction.RollbackAsync("event", cancellationToken);
                if (!await deadLetters.CountAsync(connection, _producer, entry, e, cancellationToken))
                {
                    await transaction.CommitAsync(cancellationToken);
                    throw new EventNotAppliedException(entry, e);
                }

                logger.LogEventParked(_producer, entry.Position, e);
            }

            await MoveWatermarkAsync(connection, entry.Position, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Applies a parked event again, in the caller's transaction. Its successors have been applied meanwhile.</summary>
    public Task ReplayAsync(NpgsqlConnection connection, LoggedEvent entry, CancellationToken cancellationToken) =>
        projection.ApplyAsync(connection, [entry], cancellationToken);

    // The watermark's lock keeps rivals out, so a key that exists already will exist the next time too.
    internal static bool IsOfTheEvent(Exception e) =>
        !Transient.Is(e) || e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    private async Task<long> LockWatermarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("insert into watermarks (producer, position) values ($1, 0) on conflict do nothing", _producer);
        batch.Add("select position from watermarks where producer = $1 for update", _producer);
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task MoveWatermarkAsync(
        NpgsqlConnection connection,
        long position,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("update watermarks set position = $2 where producer = $1", _producer, position);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
