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
                    async (
                        HttpRequest request,
                        ILogger<IBroadcastHandler> logger,
                        CancellationToken cancellationToken
                    ) =>
                        Handle(handler, await BulkDelivery.ReadAsync(request, handler.Topic, cancellationToken), logger)
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
    internal static BulkSubscribeAppResponse Handle(IBroadcastHandler handler, BulkDelivery delivery, ILogger logger)
    {
        foreach (var entry in delivery.Entries)
        {
            if (entry.Page is null)
                logger.LogUnreadableBroadcast(handler.Topic, entry.Problem);
            else if (!TryHandle(handler, entry.Page, logger) && entry.Page.Events.Count > 1)
                foreach (var single in entry.Page.Events)
                    TryHandle(handler, entry.Page with { Events = [single] }, logger);
        }

        return delivery.AnswerAll(BulkSubscribeAppResponseStatus.SUCCESS);
    }

    private static bool TryHandle(IBroadcastHandler handler, EventPage page, ILogger logger)
    {
        try
        {
            handler.Handle(page);
            return true;
        }
#pragma warning disable CA1031 // An event that cannot be handled must not hold up the next one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogBroadcastFailed(handler.Topic, e);
            return false;
        }
    }
}
