using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Deletes messages that nobody waits for, and the subscriptions of broadcasts whose sidecar is gone.</summary>
internal sealed class PruningWorker(
    NpgsqlDataSource database,
    Consumers consumers,
    TimeProvider clock,
    ILogger<PruningWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // A service that is added to a running shop gets the last day's messages. Those of a topic that nobody has subscribed to yet are kept without end.
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    // Ten times the interval: a machine that was busy is not taken for one that is gone.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private const int AtOnce = 5_000;

    // Whoever publishes or subscribes meanwhile waits: nothing is written for a row that is being deleted.
    private const string LockTopics = "select from topics order by id for update";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(Retention, Silence, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogPruningFailed(e.Message);
            }
        }
    }

    internal async Task PruneAsync(TimeSpan retention, TimeSpan silence, CancellationToken cancellationToken)
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
                with gone as (delete from subscriptions where seen_at < now() - $1 returning id)
                delete from deliveries where subscription in (select id from gone)
                """,
                silence
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        // In pieces, since publishers wait for each.
        while (await DeleteMessagesAsync(retention, cancellationToken) == AtOnce)
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
                and not exists (select from subscriptions s join deliveries d on d.subscription = s.id and d.message = m.id where s.topic = m.topic)
                limit $2)
            """,
            retention,
            AtOnce
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)batch.BatchCommands[1].RecordsAffected;
    }
}
