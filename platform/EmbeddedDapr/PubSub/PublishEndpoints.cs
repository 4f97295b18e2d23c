using System.Text;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Handlers of Dapr's HTTP API for publishing.</summary>
internal static class PublishEndpoints
{
    private const string MetadataPrefix = "metadata.";

    public static async Task<IResult> PublishAsync(
        string pubsub,
        string topic,
        HttpContext context,
        Publisher publisher,
        Sidecars sidecars
    )
    {
        var entry = new PublishEntry(
            await BodyAsync(context),
            context.Request.ContentType ?? "application/json",
            MetadataOf(context.Request)
        );
        await publisher.PublishAsync(
            sidecars.Of(context),
            new(pubsub, topic),
            [entry],
            PubSubModule.TraceOf(context.Request),
            context.RequestAborted
        );
        return Results.NoContent();
    }

    public static async Task<IResult> PublishBulkAsync(
        string pubsub,
        string topic,
        HttpContext context,
        Publisher publisher,
        Sidecars sidecars
    )
    {
        var name = new TopicName(pubsub, topic);
        await publisher.PublishAsync(
            sidecars.Of(context),
            name,
            Read(await BodyAsync(context), name, MetadataOf(context.Request)),
            PubSubModule.TraceOf(context.Request),
            context.RequestAborted
        );
        return Results.NoContent();
    }

    private static List<PublishEntry> Read(byte[] body, TopicName topic, Dictionary<string, string> metadata)
    {
        BulkEntry[] entries;
        try
        {
            entries = JsonSerializer.Deserialize<BulkEntry[]>(body, JsonSerializerOptions.Web)
                ?? throw new JsonException("The body is null.");
        }
        catch (JsonException e)
        {
            throw Publisher.Unreadable(topic, e.Message);
        }

        Publisher.CheckIds(entries.Select(e => e.EntryId), topic);
        return
        [
            .. entries.Select(e => new PublishEntry(
                DataOf(e),
                e.ContentType ?? "application/json",
                PublishService.Merged(metadata, e.Metadata)
            )),
        ];
    }

    // A JSON event is taken as its JSON text; any other event is the content of its JSON string.
    private static byte[] DataOf(BulkEntry entry) =>
        entry.Event.ValueKind != JsonValueKind.String
        || entry.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) is null or true
            ? Encoding.UTF8.GetBytes(entry.Event.GetRawText())
            : Encoding.UTF8.GetBytes(entry.Event.GetString()!);

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static Dictionary<string, string> MetadataOf(HttpRequest request) =>
        request
            .Query.Where(q => q.Key.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            .ToDictionary(q => q.Key[MetadataPrefix.Length..], q => q.Value.ToString());

    private sealed record BulkEntry(
        string? EntryId,
        JsonElement Event,
        string? ContentType,
        Dictionary<string, string>? Metadata
    );
}
