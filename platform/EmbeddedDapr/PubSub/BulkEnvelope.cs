using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace EmbeddedDapr.PubSub;

/// <summary>The body of a bulk delivery.</summary>
internal static class BulkEnvelope
{
    // Events are copied unchecked: they were validated when they were published.
    private static readonly JsonWriterOptions SkipValidation = new() { SkipValidation = true };

    public static string EntryIdOf(LeasedMessage message) => message.Id.ToString(CultureInfo.InvariantCulture);

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<LeasedMessage> messages, TopicName topic, bool raw)
    {
        var buffer = new ArrayBufferWriter<byte>(messages.Sum(m => m.Payload.Length) + 1024);
        using var json = new Utf8JsonWriter(buffer, SkipValidation);
        json.WriteStartObject();
        json.WriteString("id"u8, Guid.CreateVersion7().ToString());
        json.WriteString("type"u8, "com.dapr.event.sent.bulk"u8);
        json.WriteString("topic"u8, topic.Topic);
        json.WriteString("pubsubname"u8, topic.PubSub);
        json.WriteStartObject("metadata"u8);
        json.WriteString("pubsubName"u8, topic.PubSub);
        json.WriteEndObject();
        json.WriteStartArray("entries"u8);
        foreach (var message in messages)
            WriteEntry(json, message, raw);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The envelope's trace parent; null: none.</summary>
    public static string? TraceParentOf(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var document = JsonDocument.Parse(envelope);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("traceparent", out var parent)
                ? parent.ToString()
                : null;
        }
        catch (JsonException)
        {
            // The payload was published raw.
            return null;
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, LeasedMessage message, bool raw)
    {
        var isEvent = message.ContentType == CloudEvents.ContentType;
        json.WriteStartObject();
        json.WriteString("entryId"u8, EntryIdOf(message));
        if (!raw && (isEvent || CloudEvents.IsJson(message.Payload)))
        {
            json.WritePropertyName("event"u8);
            json.WriteRawValue(message.Payload, skipInputValidation: true);
            json.WriteString("contentType"u8, message.ContentType);
        }
        else
        {
            json.WriteBase64String("event"u8, message.Payload);
            json.WriteString("contentType"u8, "application/octet-stream"u8);
        }

        json.WriteStartObject("metadata"u8);
        foreach (var (name, value) in message.Metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
