using System.Collections.Concurrent;
using System.Text.Json;
using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace EmbeddedDapr.Tests.Kit;

internal static class DeadLetterRoute
{
    /// <summary>Another subscription of the app, which collects what comes.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder routes, string topic, ConcurrentQueue<string> into) =>
        routes.MapPost($"/{topic}", (JsonElement message) => into.Enqueue(SubscriberApp.TextOf(message)))
            .WithTopic(new TopicOptions { PubsubName = TestSidecars.PubSub, Name = topic });
}
