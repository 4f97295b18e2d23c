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

namespace DaprShop.Messaging;

/// <summary>The routes on which sidecars deliver broadcasts.</summary>
internal static class BroadcastEndpoints
{
    public static void MapBroadcasts(this IEndpointRouteBuilder routes, int maxMessages, int maxWaitMs)
    {
        foreach (var handler in routes.ServiceProvider.GetServices<IBroadcastHandler>())
        {
            var topic = Topics.BroadcastOf(handler.Topic);
            routes
                .MapPost(
                    $"/broadcasts/{topic}",
                    (BulkSubscribeMessage<JsonElement> messages, ILogger<IBroadcastHandler> logger) =>
                        Handle(handler, messages, logger)
                )
                .WithTopic(new TopicOptions { PubsubName = Components.Broadcast, Name = topic })
                .WithBulkSubscribe(
                    new BulkSubscribeTopicOptions
                    {
                        TopicName = topic,
                        MaxMessagesCount = maxMessages,
                        MaxAwaitDurationMs = maxWaitMs,
                    }
                )
                .WithMetadata(new DisableRequestSizeLimitAttribute())
                .ExcludeFromDescription();
        }
    }

    // Acknowledges every page: a repeated one would come too late to be of use.
    internal static BulkSubscribeAppResponse Handle(
        IBroadcastHandler handler,
        BulkSubscribeMessage<JsonElement> messages,
        ILogger logger
    )
    {
        foreach (var entry in messages.Entries)
        {
            try
            {
                handler.Handle(
                    entry.Event.GetProperty("data").Deserialize<EventPage>(JsonSerializerOptions.Web)
                        ?? throw new JsonException("The message is empty.")
                );
            }
#pragma warning disable CA1031 // A page that cannot be handled must not hold up the next one.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogBroadcastFailed(handler.Topic, e);
            }
        }

        return new BulkSubscribeAppResponse([
            .. messages.Entries.Select(e => new BulkSubscribeAppResponseEntry(
                e.EntryId,
                BulkSubscribeAppResponseStatus.SUCCESS
            )),
        ]);
    }
}
