using System.Text;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Publishing over HTTP.</summary>
internal static class PublishHttp
{
    private const string MetadataPrefix = "metadata.";

    public static void MapPublishing(this WebApplication app)
    {
        var publisher = app.Services.GetRequiredService<Publisher>();
        var sidecars = app.Services.GetRequiredService<Sidecars>();
        app.MapMethods(
            "/v1.0/publish/{pubsub}/{**topic}",
            ["POST", "PUT"],
            async (HttpContext context, string pubsub, string topic) =>
            {
                var entry = new Publication(
                    await BodyAsync(context),
                    context.Request.ContentType ?? "application/json",
                    MetadataOf(context.Request)
                );
                await publisher.PublishAsync(
                    sidecars.Of(context),
                    new(pubsub, topic),
                    [entry],
                    PubSubArea.TraceOf(context.Request),
                    context.RequestAborted
                );
                return Results.NoContent();
            }
        );
        foreach (var version in (string[])["v1.0", "v1.0-alpha1"])
        {
            app.MapMethods(
                $"/{version}/publish/bulk/{{pubsub}}/{{**topic}}",
                ["POST", "PUT"],
                async (HttpContext context, string pubsub, string topic) =>
                {
                    var name = new TopicName(pubsub, topic);
                    var entries = Read(await BodyAsync(context), name, MetadataOf(context.Request));
                    await publisher.PublishAsync(
                        sidecars.Of(context),
                        name,
                        entries,
                        PubSubArea.TraceOf(context.Request),
                        context.RequestAborted
                    );
                    return Results.NoContent();
                }
            );
        }
    }

    private static List<Publication> Read(byte[] body, TopicName topic, Dictionary<string, string> metadata)
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
            .. entries.Select(e => new Publication(
                DataOf(e),
                e.ContentType ?? "application/json",
                PublishService.Merged(metadata, e.Metadata)
            )),
        ];
    }

    // A JSON entry is its event's text; any other is what its string holds.
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
