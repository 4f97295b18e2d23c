using System.Data;
using Dapr;
using DaprShop.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Publishes the event log, in order and in pages, and moves its cursor only after the broker's acknowledgement: at least once.
/// One replica relays at a time. What a broker loses after acknowledging it, consumers fetch from the log itself.
/// </summary>
/// <param name="publish">Returns once the broker has acknowledged all pages.</param>
internal sealed class EventRelay(
    string topic,
    NpgsqlDataSource database,
    Func<IReadOnlyList<EventPage>, CancellationToken, Task> publish,
    RelaySignal signal,
    ILogger<EventRelay> logger
) : BackgroundService
{
    private const int ReadLimit = 1_000;

    // Times the length of a page: sidecars take 4 MiB at once.
    private const int PagesAtOnce = 8;
    private const long AdvisoryLock = 0x5248_4F50;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RelayAsync(stoppingToken);
            }
            catch (Exception e) when (Transient.Is(e) || e is DaprException)
            {
                logger.LogRelayInterrupted(topic, e.Message);
                await _backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task RelayAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        while (!await ScalarAsync<bool>(connection, "select pg_try_advisory_lock($1)", cancellationToken, AdvisoryLock))
        {
            await signal.WaitAsync(Poll, cancellationToken);
        }

        try
        {
            await PublishAllAsync(connection, cancellationToken);
        }
        finally
        {
            // The session goes back to the pool, and the lock must not go with it.
            if (connection.State == ConnectionState.Open)
                await ScalarAsync<bool>(
                    connection,
                    "select pg_advisory_unlock($1)",
                    CancellationToken.None,
                    AdvisoryLock
                );
        }
    }

    private async Task PublishAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var cursor = await ScalarAsync<long>(connection, "select position from relay_cursor", cancellationToken);
        while (true)
        {
            var events = await connection.ReadEventsAsync(cursor, ReadLimit, cancellationToken);
            if (events.Count == 0)
            {
                await signal.WaitAsync(Poll, cancellationToken);
                continue;
            }

            foreach (var pages in Paging.Split(Topics.ProducerOf(topic), events).Chunk(PagesAtOnce))
            {
                await publish(pages, cancellationToken);
                cursor = pages[^1].Events[^1].Position;
                await ScalarAsync<long>(
                    connection,
                    "update relay_cursor set position = $1 returning position",
                    cancellationToken,
                    cursor
                );
            }

            _backoff.Reset();
        }
    }

    private static async Task<T> ScalarAsync<T>(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
