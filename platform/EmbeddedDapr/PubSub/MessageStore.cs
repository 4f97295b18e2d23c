using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>The published messages, and the deliveries that each subscription still owes them, in PostgreSQL.</summary>
/// <remarks>
/// A publisher locks its topic's row FOR SHARE while it inserts a message and one delivery per subscription. A new
/// subscription locks the row FOR UPDATE while it inserts deliveries for all kept messages. So each subscription gets
/// exactly one delivery per message, whichever of the two commits first.
/// </remarks>
internal sealed class MessageStore(NpgsqlDataSource database, TopicSignals signals)
{
    private const string EnsureTopic = """
        insert into topics (pubsub, name)
        select $1, $2 where not exists (select from topics where pubsub = $1 and name = $2)
        on conflict do nothing
        """;

    private const string ShareTopic = "select from topics where pubsub = $1 and name = $2 for share";

    private const string Insert = """
        with topic as (select id from topics where pubsub = $1 and name = $2),
        published as (
            insert into messages (topic, payload, content_type, metadata, expires_at)
            select topic.id, m.payload, m.content_type, m.metadata, now() + m.ttl
            from topic, unnest($3, $4, $5, $6) with ordinality as m (payload, content_type, metadata, ttl, position)
            order by m.position
            returning id)
        insert into deliveries (subscription, message, due_at)
        select s.id, published.id, now() from subscriptions s join topic on s.topic = topic.id cross join published
        """;

    /// <summary>Stores all messages or none, and returns after the commit.</summary>
    public async Task PublishAsync(
        TopicName topic,
        IReadOnlyCollection<Message> messages,
        CancellationToken cancellationToken
    )
    {
        await using (var batch = database.CreateBatch())
        {
            // One round trip, which the protocol runs as one transaction. The lock is a separate statement, so that
            // the insert's snapshot sees every subscription.
            batch.Add(EnsureTopic, topic.PubSub, topic.Topic);
            batch.Add(ShareTopic, topic.PubSub, topic.Topic);
            batch.Add(
                Insert,
                topic.PubSub,
                topic.Topic,
                messages.Select(m => m.Payload).ToArray(),
                messages.Select(m => m.ContentType).ToArray(),
                messages.Select(m => JsonSerializer.Serialize(m.Metadata)).ToArray(),
                messages.Select(m => m.TimeToLive).ToArray()
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        signals.Raise(topic);
    }

    /// <summary>
    /// Creates the subscription if it is new, and returns its id. A new subscription receives all kept messages; a
    /// broadcast subscription receives only messages published from now on.
    /// </summary>
    public async Task<long> SubscribeAsync(
        TopicName topic,
        string consumer,
        bool broadcast,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(EnsureTopic, topic.PubSub, topic.Topic);
        batch.Add("select from topics where pubsub = $1 and name = $2 for update", topic.PubSub, topic.Topic);
        batch.Add(
            """
            with topic as (select id from topics where pubsub = $1 and name = $2),
            added as (
                insert into subscriptions (topic, consumer, seen_at)
                select id, $3, case when $4 then now() end from topic
                on conflict (topic, consumer) do nothing returning id, topic)
            insert into deliveries (subscription, message, due_at)
            select added.id, m.id, now() from added join messages m on m.topic = added.topic where not $4
            """,
            topic.PubSub,
            topic.Topic,
            consumer,
            broadcast
        );
        batch.Add(
            """
            select s.id from subscriptions s join topics t on t.id = s.topic
            where t.pubsub = $1 and t.name = $2 and s.consumer = $3
            """,
            topic.PubSub,
            topic.Topic,
            consumer
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            if (reader.FieldCount == 1 && await reader.ReadRowsAsync<long>(cancellationToken) is [var id])
                return id;
        } while (await reader.NextResultAsync(cancellationToken));
        throw new InvalidOperationException($"The subscription of {consumer} to {topic} was not created.");
    }

    /// <summary>
    /// Leases up to <paramref name="count"/> due messages, oldest first. No other loop gets them until the lease ends.
    /// </summary>
    public async Task<List<LeasedMessage>> LeaseAsync(
        long subscription,
        int count,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            """
            with due as (
                select message from deliveries where subscription = $1 and due_at <= now()
                order by due_at, message limit $2 for update skip locked),
            leased as (
                update deliveries d set due_at = now() + $3 from due
                where d.subscription = $1 and d.message = due.message
                returning d.message, d.failures, d.due_at)
            select m.id, m.payload, m.content_type, m.metadata, l.failures, l.due_at,
                   coalesce(m.expires_at <= now(), false) as expired
            from leased l join messages m on m.id = l.message order by m.id
            """,
            subscription,
            count,
            lease
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return
        [
            .. (await reader.ReadRowsAsync<LeasedRow>(cancellationToken)).Select(row => new LeasedMessage(
                row.Id,
                row.Payload,
                row.ContentType,
                JsonSerializer.Deserialize<Dictionary<string, string>>(row.Metadata)!,
                row.Failures,
                row.DueAt,
                row.Expired
            )),
        ];
    }

    /// <summary>
    /// Extends the leases of messages that are still being handled, and returns them with their new leases. A message
    /// that another loop has leased meanwhile keeps its old lease.
    /// </summary>
    public async Task<List<LeasedMessage>> RenewAsync(
        long subscription,
        IReadOnlyList<LeasedMessage> held,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            """
            update deliveries d set due_at = now() + $4 from unnest($2, $3) as held (message, leased_until)
            where d.subscription = $1 and d.message = held.message and d.due_at = held.leased_until
            returning d.message, d.due_at
            """,
            subscription,
            held.Select(m => m.Id).ToArray(),
            held.Select(m => m.LeasedUntil).ToArray(),
            lease
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var until = (await reader.ReadRowsAsync<RenewedRow>(cancellationToken)).ToDictionary(
            row => row.Message,
            row => row.DueAt
        );
        return [.. held.Select(m => m with { LeasedUntil = until.GetValueOrDefault(m.Id, m.LeasedUntil) })];
    }

    /// <summary>Records the outcome of leased messages in one commit.</summary>
    public async Task SettleAsync(
        TopicName topic,
        string consumer,
        long subscription,
        Settlement settlement,
        string? deadLetterTopic,
        CancellationToken cancellationToken
    )
    {
        await using (var batch = database.CreateBatch())
        {
            // A handled message is done even if its lease has ended. Only the current lease holder may requeue a failed
            // one.
            if (settlement.Done.Count > 0)
                batch.Add(
                    "delete from deliveries where subscription = $1 and message = any($2)",
                    subscription,
                    settlement.Done.ToArray()
                );
            if (settlement.Retry.Count > 0)
            {
                batch.Add(
                    """
                    update deliveries d set due_at = now() + retry.wait, failures = retry.failures
                    from unnest($2, $3, $4, $5) as retry (message, leased_until, wait, failures)
                    where d.subscription = $1 and d.message = retry.message and d.due_at = retry.leased_until
                    """,
                    subscription,
                    settlement.Retry.Select(a => a.Message.Id).ToArray(),
                    settlement.Retry.Select(a => a.Message.LeasedUntil).ToArray(),
                    settlement.Retry.Select(a => a.Wait).ToArray(),
                    settlement.Retry.Select(a => a.Failures).ToArray()
                );
            }

            if (settlement.Dead.Count > 0)
                AddDead(batch, topic, consumer, subscription, settlement.Dead, deadLetterTopic);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        if (settlement.Dead.Count > 0 && deadLetterTopic is not null)
            signals.Raise(topic with { Topic = deadLetterTopic });
    }

    // In the commit that deletes the delivery: a message is dead-lettered once, and never lost in between.
    private static void AddDead(
        NpgsqlBatch batch,
        TopicName topic,
        string consumer,
        long subscription,
        List<(LeasedMessage Message, string Cause)> dead,
        string? deadLetterTopic
    )
    {
        if (deadLetterTopic is null)
        {
            batch.Add(
                """
                with given_up as (
                    delete from deliveries d using unnest($2, $3, $4) as dead (message, leased_until, cause)
                    where d.subscription = $1 and d.message = dead.message and d.due_at = dead.leased_until
                    returning d.message, dead.cause)
                insert into dead (pubsub, topic, consumer, payload, content_type, cause)
                select $5, $6, $7, m.payload, m.content_type, given_up.cause
                from given_up join messages m on m.id = given_up.message
                """,
                subscription,
                dead.Select(d => d.Message.Id).ToArray(),
                dead.Select(d => d.Message.LeasedUntil).ToArray(),
                dead.Select(d => d.Cause).ToArray(),
                topic.PubSub,
                topic.Topic,
                consumer
            );
            return;
        }

        batch.Add(EnsureTopic, topic.PubSub, deadLetterTopic);
        batch.Add(ShareTopic, topic.PubSub, deadLetterTopic);
        batch.Add(
            """
            with given_up as (
                delete from deliveries d using unnest($4, $5) as dead (message, leased_until)
                where d.subscription = $3 and d.message = dead.message and d.due_at = dead.leased_until
                returning d.message),
            topic as (select id from topics where pubsub = $1 and name = $2),
            published as (
                insert into messages (topic, payload, content_type, metadata)
                select topic.id, m.payload, m.content_type, m.metadata
                from topic, given_up join messages m on m.id = given_up.message order by m.id
                returning id)
            insert into deliveries (subscription, message, due_at)
            select s.id, published.id, now() from subscriptions s join topic on s.topic = topic.id cross join published
            """,
            topic.PubSub,
            deadLetterTopic,
            subscription,
            dead.Select(d => d.Message.Id).ToArray(),
            dead.Select(d => d.Message.LeasedUntil).ToArray()
        );
    }

    private sealed record LeasedRow(
        long Id,
        byte[] Payload,
        string ContentType,
        string Metadata,
        int Failures,
        DateTime DueAt,
        bool Expired
    );

    private sealed record RenewedRow(long Message, DateTime DueAt);
}
