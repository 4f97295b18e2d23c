using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Messages and who is not done with them yet, in PostgreSQL.</summary>
/// <remarks>
/// A publisher holds its topic's row shared while it writes a message and a delivery for each subscription; a new subscription takes the row for itself
/// while it writes deliveries for all kept messages. So each message meets each subscription exactly once, however the two coincide.
/// </remarks>
internal sealed class MessageStore(NpgsqlDataSource database, TopicSignals signals)
{
    private const string EnsureTopic =
        "insert into topics (pubsub, name) select $1, $2 where not exists (select from topics where pubsub = $1 and name = $2) on conflict do nothing";

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

    /// <summary>Stores the messages, all or none, and returns when they are committed.</summary>
    public async Task PublishAsync(
        TopicName topic,
        IReadOnlyCollection<Message> messages,
        CancellationToken cancellationToken
    )
    {
        await using (var batch = database.CreateBatch())
        {
            // One round trip, and by the protocol one transaction. The lock is a statement of its own, so that the next one sees every subscription.
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

    /// <summary>The subscription's id. A new one has everything that is kept before it, or, as a broadcast's, only what is published from now on.</summary>
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
                insert into subscriptions (topic, consumer, seen_at) select id, $3, case when $4 then now() end from topic
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
            "select s.id from subscriptions s join topics t on t.id = s.topic where t.pubsub = $1 and t.name = $2 and s.consumer = $3",
            topic.PubSub,
            topic.Topic,
            consumer
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            if (reader.FieldCount == 1 && await reader.ReadAsync(cancellationToken))
                return reader.GetInt64(0);
        } while (await reader.NextResultAsync(cancellationToken));
        throw new InvalidOperationException($"The subscription of {consumer} to {topic} was not made.");
    }

    /// <summary>Hands out up to <paramref name="count"/> messages that are due, oldest first, to nobody else until the lease ends.</summary>
    public async Task<List<Leased>> LeaseAsync(
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
                select message from deliveries where subscription = $1 and due_at <= now() order by due_at, message limit $2 for update skip locked),
            leased as (
                update deliveries d set due_at = now() + $3 from due where d.subscription = $1 and d.message = due.message
                returning d.message, d.failures, d.due_at)
            select m.id, m.payload, m.content_type, m.metadata, l.failures, l.due_at, coalesce(m.expires_at <= now(), false)
            from leased l join messages m on m.id = l.message order by m.id
            """,
            subscription,
            count,
            lease
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var leased = new List<Leased>();
        while (await reader.ReadAsync(cancellationToken))
        {
            leased.Add(
                new(
                    reader.GetInt64(0),
                    reader.GetFieldValue<byte[]>(1),
                    reader.GetString(2),
                    JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(3))!,
                    reader.GetInt32(4),
                    reader.GetDateTime(5),
                    reader.GetBoolean(6)
                )
            );
        }

        return leased;
    }

    /// <summary>Keeps messages that are still being handled; answers with their new leases. One that was taken over meanwhile keeps its old one.</summary>
    public async Task<List<Leased>> RenewAsync(
        long subscription,
        IReadOnlyList<Leased> held,
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
        var until = new Dictionary<long, DateTime>();
        while (await reader.ReadAsync(cancellationToken))
            until[reader.GetInt64(0)] = reader.GetDateTime(1);
        return [.. held.Select(m => m with { LeasedUntil = until.GetValueOrDefault(m.Id, m.LeasedUntil) })];
    }

    /// <summary>Writes down what became of leased messages, in one commit.</summary>
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
            // Handled is handled, even where the lease had ended. What failed goes back only by whoever still holds it.
            if (settlement.Done.Count > 0)
                batch.Add(
                    "delete from deliveries where subscription = $1 and message = any($2)",
                    subscription,
                    settlement.Done.ToArray()
                );
            if (settlement.Again.Count > 0)
            {
                batch.Add(
                    """
                    update deliveries d set due_at = now() + again.wait, failures = again.failures from unnest($2, $3, $4, $5) as again (message, leased_until, wait, failures)
                    where d.subscription = $1 and d.message = again.message and d.due_at = again.leased_until
                    """,
                    subscription,
                    settlement.Again.Select(a => a.Message.Id).ToArray(),
                    settlement.Again.Select(a => a.Message.LeasedUntil).ToArray(),
                    settlement.Again.Select(a => a.Wait).ToArray(),
                    settlement.Again.Select(a => a.Failures).ToArray()
                );
            }

            if (settlement.Dead.Count > 0)
                AddDead(batch, topic, consumer, subscription, settlement.Dead, deadLetterTopic);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        if (settlement.Dead.Count > 0 && deadLetterTopic is not null)
            signals.Raise(topic with { Topic = deadLetterTopic });
    }

    // In the commit that takes the delivery away: a message is given up once, and never lost on the way.
    private static void AddDead(
        NpgsqlBatch batch,
        TopicName topic,
        string consumer,
        long subscription,
        List<(Leased Message, string Cause)> dead,
        string? deadLetterTopic
    )
    {
        if (deadLetterTopic is null)
        {
            batch.Add(
                """
                with given_up as (
                    delete from deliveries d using unnest($2, $3, $4) as dead (message, leased_until, cause)
                    where d.subscription = $1 and d.message = dead.message and d.due_at = dead.leased_until returning d.message, dead.cause)
                insert into dead (pubsub, topic, consumer, payload, content_type, cause)
                select $5, $6, $7, m.payload, m.content_type, given_up.cause from given_up join messages m on m.id = given_up.message
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
                where d.subscription = $3 and d.message = dead.message and d.due_at = dead.leased_until returning d.message),
            topic as (select id from topics where pubsub = $1 and name = $2),
            published as (
                insert into messages (topic, payload, content_type, metadata)
                select topic.id, m.payload, m.content_type, m.metadata from topic, given_up join messages m on m.id = given_up.message order by m.id
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
}
