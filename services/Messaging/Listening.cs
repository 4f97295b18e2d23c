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

/// <summary>The routes by which sidecars hand over what is broadcast.</summary>
internal static class Listening
{
    public static void MapListeners(this IEndpointRouteBuilder routes, int maxMessages, int maxWaitMs)
    {
        foreach (var listener in routes.ServiceProvider.GetServices<IListener>())
        {
            var topic = Topics.BroadcastOf(listener.Topic);
            routes
                .MapPost(
                    $"/broadcasts/{topic}",
                    (BulkSubscribeMessage<JsonElement> messages, ILogger<IListener> logger) =>
                        Hear(listener, messages, logger)
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

    // Acknowledged whatever became of it: what is repeated would come too late to be worth anything.
    internal static BulkSubscribeAppResponse Hear(
        IListener listener,
        BulkSubscribeMessage<JsonElement> messages,
        ILogger logger
    )
    {
        foreach (var entry in messages.Entries)
        {
            try
            {
                listener.Hear(
                    entry.Event.GetProperty("data").Deserialize<EventPage>(JsonSerializerOptions.Web)
                        ?? throw new JsonException("The message is empty.")
                );
            }
#pragma warning disable CA1031 // Whatever a listener cannot hear is no reason to hold up the next page.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogNotHeard(listener.Topic, e);
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
