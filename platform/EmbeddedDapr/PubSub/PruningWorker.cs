using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Deletes fully delivered messages, and broadcast subscriptions whose sidecar has stopped.</summary>
internal sealed class PruningWorker(
    NpgsqlDataSource database,
    ConsumerNames consumers,
    TimeProvider clock,
    ILogger<PruningWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // An app added later receives the messages of the last day. Messages of a topic without subscriptions are kept
    // without limit.
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    // Ten times the interval: a busy process is not mistaken for a stopped one.
    private static readonly TimeSpan BroadcastExpiry = TimeSpan.FromMinutes(10);

    private const int DeleteBatchSize = 5_000;

    // Publishers and subscribers wait meanwhile: no row is inserted that refers to a deleted one.
    private const string LockTopics = "select from topics order by id for update";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(Retention, BroadcastExpiry, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogPruningFailed(e.Message);
            }
        }
    }

    internal async Task PruneAsync(TimeSpan retention, TimeSpan broadcastExpiry, CancellationToken cancellationToken)
    {
        await using (var batch = database.CreateBatch())
        {
            batch.Add(
                "update subscriptions set seen_at = now() where seen_at is not null and consumer like '%' || $1",
                consumers.Suffix
            );
            batch.Add(LockTopics);
            batch.Add(
                """
                with expired as (delete from subscriptions where seen_at < now() - $1 returning id)
                delete from deliveries where subscription in (select id from expired)
                """,
                broadcastExpiry
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        // In batches, since publishers wait for each.
        while (await DeleteMessagesAsync(retention, cancellationToken) == DeleteBatchSize)
            ;
    }

    private async Task<int> DeleteMessagesAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(LockTopics);
        batch.Add(
            """
            delete from messages where id in (
                select m.id from messages m where published_at < now() - $1
                and exists (select from subscriptions s where s.topic = m.topic)
                and not exists (
                    select from subscriptions s join deliveries d on d.subscription = s.id and d.message = m.id
                    where s.topic = m.topic)
                limit $2)
            """,
            retention,
            DeleteBatchSize
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)batch.BatchCommands[1].RecordsAffected;
    }
}
