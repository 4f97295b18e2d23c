using Dapr;
using Dapr.AspNetCore;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>The routes of messaging. Only sidecars call them; the gateway forwards none of them.</summary>
public static class MessagingEndpoints
{
    // A sidecar sends up to this many pages at once.
    private const int MaxMessages = 16;
    private const int MaxWaitMs = 20;

    /// <summary><c>GET /events?after=&amp;limit=</c>: a page of the service's event log.</summary>
    public static void MapEventLog(this IEndpointRouteBuilder routes, string app) =>
        routes
            .MapGet(
                "/events",
                async (long after, int? limit, NpgsqlDataSource database, CancellationToken cancellationToken) =>
                {
                    await using var connection = await database.OpenConnectionAsync(cancellationToken);
                    var events = await connection.ReadEventsAsync(
                        after,
                        Math.Clamp(limit ?? EventSource.FetchLimit, 1, EventSource.FetchLimit),
                        cancellationToken
                    );
                    return EventPages
                        .Split(app, events, EventSource.FetchLimit, EventSource.FetchLength)
                        .FirstOrDefault()
                        ?? new EventPage(app, []);
                }
            )
            .ExcludeFromDescription();

    /// <summary>
    /// A bulk subscription and a dead-letter subscription per projection, and a subscription per broadcast handler.
    /// </summary>
    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        foreach (var inbox in routes.ServiceProvider.GetServices<Inbox>())
        {
            var topic = inbox.Topic;
            routes
                .MapPost(
                    $"/subscriptions/{topic}",
                    async (
                        HttpRequest request,
                        DeadLetters deadLetters,
                        NpgsqlDataSource database,
                        ILogger<Inbox> logger,
                        CancellationToken cancellationToken
                    ) =>
                        await ReceiveAsync(
                            inbox,
                            await BulkDelivery.ReadAsync(request, topic, cancellationToken),
                            deadLetters,
                            database,
                            logger,
                            cancellationToken
                        )
                )
                .WithTopic(
                    new TopicOptions
                    {
                        PubsubName = Components.PubSub,
                        Name = topic,
                        DeadLetterTopic = Topics.DeadLettersOf(topic),
                    }
                )
                .WithBulkSubscribe(
                    new BulkSubscribeTopicOptions
                    {
                        TopicName = topic,
                        MaxMessagesCount = MaxMessages,
                        MaxAwaitDurationMs = MaxWaitMs,
                    }
                )
                .WithMetadata(new DisableRequestSizeLimitAttribute())
                .ExcludeFromDescription();
            routes
                .MapPost(
                    $"/subscriptions/{topic}/dead",
                    async (
                        HttpRequest request,
                        DeadLetters deadLetters,
                        NpgsqlDataSource database,
                        CancellationToken cancellationToken
                    ) =>
                    {
                        using var body = new MemoryStream();
                        await request.Body.CopyToAsync(body, cancellationToken);
                        await using var connection = await database.OpenConnectionAsync(cancellationToken);
                        await deadLetters.ParkAsync(
                            connection,
                            Topics.ProducerOf(topic),
                            null,
                            RawPayload.TextOf(body.ToArray()),
                            "The sidecar could not deliver the message.",
                            details: "",
                            cancellationToken
                        );
                    }
                )
                .WithTopic(
                    new TopicOptions
                    {
                        PubsubName = Components.PubSub,
                        Name = Topics.DeadLettersOf(topic),
                        // A sidecar delivers what is no CloudEvent to nobody else.
                        EnableRawPayload = true,
                    }
                )
                .WithMetadata(new DisableRequestSizeLimitAttribute())
                .ExcludeFromDescription();
        }

        routes.MapBroadcasts(MaxMessages, MaxWaitMs);
        routes.MapSubscribeHandler().ExcludeFromDescription();
    }

    // Never DROP: after an earlier RETRY of the same entry it makes daprd 1.18.2 panic. Unreadable messages are parked
    // here and acknowledged.
    private static async Task<BulkSubscribeAppResponse> ReceiveAsync(
        Inbox inbox,
        BulkDelivery delivery,
        DeadLetters deadLetters,
        NpgsqlDataSource database,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var status = BulkSubscribeAppResponseStatus.SUCCESS;
        try
        {
            await ParkUnreadableAsync(inbox, delivery, deadLetters, database, logger, cancellationToken);
            await inbox.ApplyAsync(delivery.Entries.Select(e => e.Page).OfType<EventPage>(), cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) || e is EventNotAppliedException)
        {
            logger.LogInboxRetry(inbox.Topic, e.Message);
            status = BulkSubscribeAppResponseStatus.RETRY;
        }
#pragma warning disable CA1031 // The sidecar repeats the messages either way; this way the log says why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogInboxFailed(inbox.Topic, e);
            status = BulkSubscribeAppResponseStatus.RETRY;
        }

        return delivery.AnswerAll(status);
    }

    private static async Task ParkUnreadableAsync(
        Inbox inbox,
        BulkDelivery delivery,
        DeadLetters deadLetters,
        NpgsqlDataSource database,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        foreach (var entry in delivery.Entries.Where(e => e.Page is null))
        {
            logger.LogUnreadable(inbox.Topic, entry.Problem);
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await deadLetters.ParkAsync(
                connection,
                inbox.Producer,
                null,
                entry.Text,
                entry.Problem,
                details: "",
                cancellationToken
            );
        }
    }
}
