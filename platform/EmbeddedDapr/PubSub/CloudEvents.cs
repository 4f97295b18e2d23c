using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EmbeddedDapr.PubSub;

/// <summary>CloudEvents envelopes in the form of daprd.</summary>
internal static class CloudEvents
{
    public const string ContentType = "application/cloudevents+json";
    public const string DefaultType = "com.dapr.event.sent";
    private const string DefaultSource = "Dapr";
    private const string Binary = "application/octet-stream";

    // Values are copied from parsed JSON.
    private static readonly JsonWriterOptions SkipValidation = new() { SkipValidation = true };

    /// <summary>Wraps plain data in an envelope.</summary>
    /// <param name="source">The id of the publishing app.</param>
    public static byte[] Wrap(
        ReadOnlyMemory<byte> data,
        string contentType,
        string source,
        TopicName topic,
        TraceHeaders trace,
        CloudEventOverrides overrides
    ) =>
        Write(json =>
        {
            WriteData(json, data, contentType);
            json.WriteString("datacontenttype"u8, contentType);
            json.WriteString("id"u8, overrides.Id ?? NewId());
            json.WriteString("source"u8, overrides.Source ?? source);
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("time"u8, overrides.Time);
            json.WriteString("type"u8, overrides.Type ?? DefaultType);
            if (overrides.Subject is { } subject)
                json.WriteString("subject"u8, subject);
            WriteTopic(json, topic);
            WriteTrace(json, trace);
        });

    /// <summary>Adds missing attributes to the publisher's own envelope; existing ones stay unchanged.</summary>
    /// <exception cref="JsonException">The envelope is not a JSON object.</exception>
    public static byte[] Complete(
        ReadOnlyMemory<byte> envelope,
        TopicName topic,
        TraceHeaders trace,
        CloudEventOverrides overrides
    )
    {
        using var document = JsonDocument.Parse(envelope);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("A CloudEvent must be a JSON object.");
        return Write(json =>
        {
            var present = new HashSet<string>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name is "topic" or "pubsubname" || overrides.Replaces(property.Name))
                    continue;
                present.Add(property.Name);
                json.WritePropertyName(property.Name);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
            }

            Default("id", overrides.Id ?? NewId());
            Default("source", overrides.Source ?? DefaultSource);
            Default("specversion", "1.0");
            Default("time", overrides.Time);
            Default("type", overrides.Type ?? DefaultType);
            if (overrides.Subject is { } subject)
                Default("subject", subject);
            WriteTopic(json, topic);
            if (!present.Contains("traceparent"))
                WriteTrace(json, trace);

            void Default(string name, string value)
            {
                if (!present.Contains(name))
                    json.WriteString(name, value);
            }
        });
    }

    /// <summary>Wraps the payload for a subscriber of raw payloads: the bytes in a minimal envelope.</summary>
    public static byte[] OfRaw(ReadOnlyMemory<byte> payload, TopicName topic) =>
        Write(json =>
        {
            WriteData(json, payload, Binary);
            json.WriteString("datacontenttype"u8, Binary);
            json.WriteString("id"u8, NewId());
            json.WriteString("source"u8, DefaultSource);
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("type"u8, DefaultType);
            WriteTopic(json, topic);
        });

    private static void WriteData(Utf8JsonWriter json, ReadOnlyMemory<byte> data, string contentType)
    {
        var media = contentType.Split(';')[0].Trim();
        if (media == Binary)
            json.WriteBase64String("data_base64"u8, data.Span);
        else if (
            (media == "application/json" || media.EndsWith("+json", StringComparison.Ordinal)) && IsJson(data.Span)
        )
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data.Span, skipInputValidation: true);
        }
        else
            json.WriteString("data"u8, data.Span);
    }

    /// <summary>True when the bytes are one JSON value.</summary>
    public static bool IsJson(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WriteTopic(Utf8JsonWriter json, TopicName topic)
    {
        json.WriteString("topic"u8, topic.Topic);
        json.WriteString("pubsubname"u8, topic.PubSub);
    }

    private static void WriteTrace(Utf8JsonWriter json, TraceHeaders trace)
    {
        json.WriteString("traceid"u8, trace.Parent);
        json.WriteString("traceparent"u8, trace.Parent);
        json.WriteString("tracestate"u8, trace.State);
    }

    private static string NewId() => Guid.CreateVersion7().ToString();

    private static byte[] Write(Action<Utf8JsonWriter> properties)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, SkipValidation);
        json.WriteStartObject();
        properties(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>The publisher's W3C trace context; empty strings: none.</summary>
internal readonly record struct TraceHeaders(string Parent, string State);

/// <summary>The envelope attributes set by publish metadata <c>cloudevent.*</c>.</summary>
/// <param name="Time">The time of an envelope that has none, RFC 3339.</param>
internal sealed record CloudEventOverrides(string? Id, string? Source, string? Type, string? Subject, string Time)
{
    public bool Replaces(string attribute) =>
        attribute switch
        {
            "id" => Id is not null,
            "source" => Source is not null,
            "type" => Type is not null,
            "subject" => Subject is not null,
            _ => false,
        };
}
