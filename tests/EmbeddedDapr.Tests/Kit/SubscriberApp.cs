using System.Collections.Concurrent;
using System.Text.Json;
using Dapr;
using Dapr.AspNetCore;
using DaprShop.TestKit;
using EmbeddedDapr.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Tests.Kit;

/// <summary>The message of the tests.</summary>
internal sealed record Note(string Text);

/// <summary>An app with the official Dapr.AspNetCore, on the app port of its sidecar.</summary>
internal sealed class SubscriberApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SubscriberApp(WebApplication app) => _app = app;

    /// <summary>The text of every received note, in order, including redeliveries.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    public static async Task<SubscriberApp> StartAsync(
        Sidecar sidecar,
        Action<SubscriberApp, IEndpointRouteBuilder> routes
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(sidecar.AppPort));
        var app = builder.Build();
        var subscriber = new SubscriberApp(app);
        routes(subscriber, app);
        app.MapSubscribeHandler();
        await app.StartAsync();
        return subscriber;
    }

    /// <summary>Receives single messages; <paramref name="answer"/> creates the HTTP response of each.</summary>
    public static Task<SubscriberApp> OneByOneAsync(
        Sidecar sidecar,
        string topic,
        Func<string, IResult>? answer = null,
        string component = TestSidecars.PubSub,
        string? deadLetters = null
    ) => StartAsync(sidecar, (app, routes) => routes
                .MapPost($"/{topic}", (JsonElement message) =>
                {
                    var text = TextOf(message);
                    app.Received.Enqueue(text);
                    return answer?.Invoke(text) ?? Results.Ok();
                })
                .WithTopic(
                    new TopicOptions
                    {
                        PubsubName = component,
                        Name = topic,
                        DeadLetterTopic = deadLetters!,
                    }
                ));

    /// <summary>Receives bulks; <paramref name="answer"/> returns the status of each entry, null for none.</summary>
    public static Task<SubscriberApp> BulkAsync(
        Sidecar sidecar,
        string topic,
        Func<string, BulkSubscribeAppResponseStatus?>? answer = null,
        string? deadLetters = null,
        Action<SubscriberApp, IEndpointRouteBuilder>? more = null
    ) => StartAsync(sidecar, (app, routes) =>
        {
            routes
                .MapPost($"/{topic}", (BulkSubscribeMessage<JsonElement> messages) =>
                {
                    var entries = new List<BulkSubscribeAppResponseEntry>();
                    foreach (var entry in messages.Entries)
                    {
                        var text = TextOf(entry.Event);
                        app.Received.Enqueue(text);
                        if ((answer is null ? BulkSubscribeAppResponseStatus.SUCCESS : answer(text)) is { } status)
                            entries.Add(new(entry.EntryId, status));
                    }

                    return new BulkSubscribeAppResponse(entries);
                })
                .WithTopic(
                    new TopicOptions
                    {
                        PubsubName = TestSidecars.PubSub,
                        Name = topic,
                        DeadLetterTopic = deadLetters!,
                    }
                )
                .WithBulkSubscribe(
                    new BulkSubscribeTopicOptions
                    {
                        TopicName = topic,
                        MaxMessagesCount = 50,
                        MaxAwaitDurationMs = 20,
                    }
                );
            more?.Invoke(app, routes);
        });

    public static string TextOf(JsonElement message) => message.GetProperty("data").GetProperty("text").GetString()!;

    /// <summary>Waits until <paramref name="count"/> messages have been received.</summary>
    public Task HasReceivedAsync(int count) =>
        Wait.UntilAsync(
            () => Task.FromResult(Received.Count >= count),
            $"{count} messages, of which {Received.Count} were received"
        );

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
