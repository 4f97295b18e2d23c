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

/// <summary>The routes of messaging. They are for sidecars; the gateway routes none of them.</summary>
public static class Endpoints
{
    // Times the length of a page: what a sidecar sends at once.
    private const int MaxMessages = 16;
    private const int MaxWaitMs = 20;

    /// <summary><c>GET /events?after=&amp;limit=</c>: the service's event log.</summary>
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
                    return Paging.Split(app, events, EventSource.FetchLimit, EventSource.FetchLength).FirstOrDefault()
                        ?? new EventPage(app, []);
                }
            )
            .ExcludeFromDescription();

    /// <summary>One bulk subscription per projection, and the subscriber of its dead letters; and what listeners hear.</summary>
    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        foreach (var intake in routes.ServiceProvider.GetServices<EventIntake>())
        {
            var topic = intake.Topic;
            routes
                .MapPost(
                    $"/subscriptions/{topic}",
                    (
                        BulkSubscribeMessage<JsonElement> messages,
                        DeadLetters parked,
                        NpgsqlDataSource database,
                        ILogger<EventIntake> logger,
                        CancellationToken cancellationToken
                    ) => TakeAsync(intake, messages, parked, database, logger, cancellationToken)
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
                        DeadLetters parked,
                        NpgsqlDataSource database,
                        CancellationToken cancellationToken
                    ) =>
                    {
                        await using var connection = await database.OpenConnectionAsync(cancellationToken);
                        await parked.ParkAsync(
                            connection,
                            Topics.ProducerOf(topic),
                            null,
                            message.GetRawText(),
                            "The sidecar gave the message up.",
                            cancellationToken
                        );
                    }
                )
                .WithTopic(new TopicOptions { PubsubName = Components.PubSub, Name = Topics.DeadLettersOf(topic) })
                .ExcludeFromDescription();
        }

        routes.MapListeners(MaxMessages, MaxWaitMs);
        routes.MapSubscribeHandler().ExcludeFromDescription();
    }

    // Never DROP: after an earlier RETRY of the same entry it makes daprd 1.18.2 panic. What cannot be read is parked here and acknowledged.
    private static async Task<BulkSubscribeAppResponse> TakeAsync(
        EventIntake intake,
        BulkSubscribeMessage<JsonElement> messages,
        DeadLetters parked,
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
                    logger.LogUnreadable(intake.Topic, e);
                    await using var connection = await database.OpenConnectionAsync(cancellationToken);
                    await parked.ParkAsync(
                        connection,
                        Topics.ProducerOf(intake.Topic),
                        null,
                        entry.Event.GetRawText(),
                        e.Message,
                        cancellationToken
                    );
                }
            }

            await intake.TakeAsync(pages, cancellationToken);
        }
        catch (Exception e) when (Transient.Is(e) || e is EventNotAppliedException)
        {
            logger.LogIntakeRetry(intake.Topic, e.Message);
            status = BulkSubscribeAppResponseStatus.RETRY;
        }

        return new BulkSubscribeAppResponse([
            .. messages.Entries.Select(e => new BulkSubscribeAppResponseEntry(e.EntryId, status)),
        ]);
    }
}
