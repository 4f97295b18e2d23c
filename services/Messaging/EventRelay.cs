using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Publishes the event log, in order and in pages, and moves its cursor only after the broker's acknowledgement: at least once.
/// One replica relays at a time. What a broker loses after acknowledging it, consumers fetch from the log itself.
/// </summary>
internal sealed class EventRelay(
    string topic, NpgsqlDataSource database, DaprClient dapr, RelaySignal signal, ILogger<EventRelay> logger) : BackgroundService
{
    private const int ReadLimit = 1_000;
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
            catch (Exception e) when (e is NpgsqlException or DaprException or HttpRequestException or TimeoutException)
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

        var cursor = await ScalarAsync<long>(connection, "select position from relay_cursor", cancellationToken);
        while (true)
        {
            var events = await connection.ReadEventsAsync(cursor, ReadLimit, cancellationToken);
            if (events.Count == 0)
            {
                await signal.WaitAsync(Poll, cancellationToken);
                continue;
            }

            await PublishAsync([.. Paging.Split(Topics.ProducerOf(topic), events)], cancellationToken);
            cursor = events[^1].Position;
            await ScalarAsync<long>(connection, "update relay_cursor set position = $1 returning position", cancellationToken, cursor);
            _backoff.Reset();
        }
    }

    private async Task PublishAsync(List<EventPage> pages, CancellationToken cancellationToken)
    {
        var messages = pages.ConvertAll(page => new CloudEvent<EventPage>(page)
        {
            Id = $"{page.Producer}/{page.Events[0].Position}-{page.Events[^1].Position}",
            Source = new Uri($"urn:daprshop:{page.Producer}"),
            Type = EventTypes.Page,
            Subject = page.Producer,
            Time = page.Events[^1].OccurredAt,
        });
        var response = await dapr.BulkPublishEventAsync(Components.PubSub, topic, messages, cancellationToken: cancellationToken);
        if (response.FailedEntries.Count > 0)
            throw new DaprException($"{response.FailedEntries.Count} of {messages.Count} messages were refused: {response.FailedEntries[0].ErrorMessage}");
    }

    private static async Task<T> ScalarAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
