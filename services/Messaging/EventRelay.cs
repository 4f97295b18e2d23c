using System.Data;
using Dapr;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Publishes the event log in order, in pages, and advances its cursor only after the broker's acknowledgement: at
/// least once. One replica relays at a time. Events that a broker loses after acknowledging them are fetched by their
/// consumers from the log. In the place of an event that cannot be published, its consumers are told so, and park it.
/// </summary>
/// <param name="publish">Returns once the broker has acknowledged all pages.</param>
internal sealed class EventRelay(
    string topic,
    NpgsqlDataSource database,
    Func<IReadOnlyList<EventPage>, CancellationToken, Task> publish,
    RelaySignal signal,
    TimeProvider time,
    ILogger<EventRelay> logger
) : PollingWorker(Poll, time, logger, signal)
{
    private const int ReadLimit = 1_000;

    // Sidecars accept 4 MiB at once; a page is 256 KiB.
    private const int PagesAtOnce = 8;
    private const long AdvisoryLock = 0x5248_4F50;
    private const string TryLock = "select pg_try_advisory_lock($1)";
    private const string Unlock = "select pg_advisory_unlock($1)";
    private const string ReadCursor = "select position from relay_cursor";
    private const string UpdateCursor = "update relay_cursor set position = $1";
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Whatever the cause: a service without its relay still serves, and says how far behind it is.
    protected override bool IsRetryable(Exception exception) => true;

    /// <summary>Relays for as long as this replica holds the lock; returns when another replica holds it.</summary>
    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await connection.ScalarAsync<bool>(TryLock, [AdvisoryLock], cancellationToken))
            return false;
        try
        {
            await PublishAllAsync(connection, cancellationToken);
            return true;
        }
        finally
        {
            // The session returns to the pool and must not take the lock with it.
            if (connection.State == ConnectionState.Open)
                await connection.ScalarAsync<bool>(Unlock, [AdvisoryLock], CancellationToken.None);
        }
    }

    private async Task PublishAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var cursor = await connection.ScalarAsync<long>(ReadCursor, [], cancellationToken);
        while (true)
        {
            var events = await connection.ReadEventsAsync(cursor, ReadLimit, cancellationToken);
            if (events.Count == 0)
            {
                await signal.WaitAsync(Poll, cancellationToken);
                continue;
            }

            foreach (var pages in EventPages.Split(Topics.ProducerOf(topic), events).Chunk(PagesAtOnce))
            {
                await PublishOrIsolateAsync(pages, cancellationToken);
                cursor = pages[^1].Events[^1].Position;
                await connection.ExecuteAsync(UpdateCursor, [cursor], cancellationToken);
            }

            ResetBackoff();
        }
    }

    private async Task PublishOrIsolateAsync(IReadOnlyList<EventPage> pages, CancellationToken cancellationToken)
    {
        foreach (var entry in pages.SelectMany(p => p.Events).Where(e => e.Type == EventTypes.Unpublishable))
            logger.LogUnpublishable(entry.Position, entry.Read<EventUnpublishable>().Cause);
        try
        {
            await publish(pages, cancellationToken);
        }
        catch (Exception e) when (IsCausedByEvent(e))
        {
            logger.LogPublishFailed(pages[0].Events[0].Position, pages[^1].Events[^1].Position, e);
            foreach (var (page, entry) in pages.SelectMany(p => p.Events.Select(entry => (p, entry))))
                await PublishAloneAsync(page.Producer, entry, cancellationToken);
        }
    }

    private async Task PublishAloneAsync(string producer, LoggedEvent entry, CancellationToken cancellationToken)
    {
        try
        {
            await publish([new EventPage(producer, [entry])], cancellationToken);
        }
        catch (Exception e) when (IsCausedByEvent(e) && entry.Type != EventTypes.Unpublishable)
        {
            const string cause = "The event cannot be written as a message.";
            logger.LogUnpublishable(entry.Position, cause);
            await publish([new EventPage(producer, [entry.AsUnpublishable(cause)])], cancellationToken);
        }
    }

    private static bool IsCausedByEvent(Exception e) => e is not DaprException && TransientErrors.IsPermanent(e);
}
