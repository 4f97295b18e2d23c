using System.Collections.Concurrent;
using System.Text.Json;
using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace EmbeddedDapr.Tests.Kit;

internal static class Routes
{
    /// <summary>Another subscription of the app, which collects its messages.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder routes, string topic, ConcurrentQueue<string> into) =>
        routes
            .MapPost($"/{topic}", (JsonElement message) => into.Enqueue(SubscriberApp.TextOf(message)))
            .WithTopic(new TopicOptions { PubsubName = TestSidecars.PubSub, Name = topic });

    /// <summary>A subscription whose handler completes only after <paramref name="released"/>.</summary>
    public static void MapNotes(this IEndpointRouteBuilder routes, SubscriberApp app, string topic, Task released) =>
        routes
            .MapPost($"/{topic}", async (JsonElement message) =>
            {
                app.Received.Enqueue(SubscriberApp.TextOf(message));
                await released.WaitAsync(TimeSpan.FromSeconds(60));
            })
            .WithTopic(new TopicOptions { PubsubName = TestSidecars.PubSub, Name = topic });
}
