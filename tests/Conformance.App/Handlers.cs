using System.Text.Json;
using Dapr;
using Dapr.AspNetCore;

namespace DaprShop.Conformance.App;

/// <summary>Bulk subscriptions with a status per entry, like those of the shop.</summary>
internal static class Handlers
{
    public static void MapHandlers(this WebApplication app, AppSettings settings)
    {
        foreach (var (pubsub, topic) in settings.Subscriptions)
        {
            app.MapPost(
                    $"/{pubsub}/{topic}",
                    (
                        BulkSubscribeMessage<JsonElement> messages,
                        Behaviour behaviour,
                        Record record,
                        CancellationToken cancellationToken
                    ) => HandleAsync($"{pubsub}/{topic}", messages, behaviour, record, cancellationToken)
                )
                .WithTopic(new TopicOptions { PubsubName = pubsub, Name = topic })
                .WithBulkSubscribe(
                    new BulkSubscribeTopicOptions
                    {
                        TopicName = topic,
                        MaxMessagesCount = 16,
                        MaxAwaitDurationMs = 20,
                    }
                );
        }

        app.MapSubscribeHandler();
    }

    private static async Task<IResult> HandleAsync(
        string subject,
        BulkSubscribeMessage<JsonElement> messages,
        Behaviour behaviour,
        Record record,
        CancellationToken cancellationToken
    )
    {
        var entries = messages
            .Entries.Select(e => (e.EntryId, Number: e.Event.GetProperty("data").GetProperty("number").GetInt64()))
            .ToList();
        foreach (var (_, number) in entries)
            record.Add("received", subject, number);
        await behaviour.ReleasedAsync(cancellationToken);
        if (behaviour.Now == "fail")
            return Results.StatusCode(StatusCodes.Status500InternalServerError);

        var statuses = new List<BulkSubscribeAppResponseEntry>();
        foreach (var (id, number) in entries)
        {
            var retry = behaviour.Retries(number);
            record.Add(retry ? "rejected" : "done", subject, number);
            statuses.Add(
                new(id, retry ? BulkSubscribeAppResponseStatus.RETRY : BulkSubscribeAppResponseStatus.SUCCESS)
            );
        }

        return Results.Json(new BulkSubscribeAppResponse(statuses));
    }
}
