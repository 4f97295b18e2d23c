using System.Text.Json;
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
                    (
                        BulkSubscribeMessage<JsonElement> messages,
                        DeadLetters deadLetters,
                        NpgsqlDataSource database,
                        ILogger<Inbox> logger,
                        CancellationToken cancellationToken
                    ) => ReceiveAsync(inbox, messages, deadLetters, database, logger, cancellationToken)
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
                        JsonElement message,
                        DeadLetters deadLetters,
                        NpgsqlDataSource database,
                        CancellationToken cancellationToken
                    ) =>
                    {
                        await using var connection = await database.OpenConnectionAsync(cancellationToken);
                        await deadLetters.ParkAsync(
                            connection,
                            Topics.ProducerOf(topic),
                            null,
                            message.GetRawText(),
                            "The sidecar could not deliver the message.",
                            cancellationToken
                        );
                    }
                )
                .WithTopic(new TopicOptions { PubsubName = Components.PubSub, Name = Topics.DeadLettersOf(topic) })
                .ExcludeFromDescription();
        }

        routes.MapBroadcasts(MaxMessages, MaxWaitMs);
        routes.MapSubscribeHandler().ExcludeFromDescription();
    }

    // Never DROP: after an earlier RETRY of the same entry it makes daprd 1.18.2 panic. Unreadable messages are parked
    // here and acknowledged.
    private static async Task<BulkSubscribeAppResponse> ReceiveAsync(
        Inbox inbox,
        BulkSubscribeMessage<JsonElement> messages,
        DeadLetters deadLetters,
        NpgsqlDataSource database,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<EventPage>();
        var status = BulkSubscribeAppResponseStatus.SUCCESS;
        try
        {
            foreach (var entry in messages.Entries)
            {
                try
                {
                    pages.Add(
                        entry.Event.GetProperty("data").Deserialize<EventPage>(JsonSerializerOptions.Web)
                            ?? throw new JsonException("The message is empty.")
                    );
                }
                catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
                {
                    logger.LogUnreadable(inbox.Topic, e);
                    await using var connection = await database.OpenConnectionAsync(cancellationToken);
                    await deadLetters.ParkAsync(
                        connection,
                        Topics.ProducerOf(inbox.Topic),
                        null,
                        entry.Event.GetRawText(),
                        e.Message,
                        cancellationToken
                    );
                }
            }

            await inbox.ApplyAsync(pages, cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) || e is EventNotAppliedException)
        {
            logger.LogInboxRetry(inbox.Topic, e.Message);
            status = BulkSubscribeAppResponseStatus.RETRY;
        }

        return new BulkSubscribeAppResponse([
            .. messages.Entries.Select(e => new BulkSubscribeAppResponseEntry(e.EntryId, status)),
        ]);
    }
}
