using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using DaprShop.Contracts;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary>
/// Describes the events of all services as AsyncAPI, generated from the records that they are serialized from.
/// </summary>
internal static class AsyncApiDocument
{
    private const string Schemas = "#/components/schemas/";
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly JsonSchemaExporterOptions Closed = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (_, schema) => Close(schema),
    };

    /// <summary>The document. It depends on the code alone.</summary>
    public static JsonObject Create()
    {
        var schemas = new JsonObject();
        var channels = new JsonObject();
        var operations = new JsonObject();
        foreach (var definition in EventCatalogue.All)
            schemas[definition.Type] = Described(Schema(definition.Payload), definition.Summary);
        schemas[EventTypes.Unpublishable] = Described(
            Schema(typeof(EventUnpublishable)),
            "Stands in the place of an event that cannot be published."
        );
        foreach (
            var channel in EventCatalogue.All.GroupBy(k => k.BroadcastOnly ? Topics.BroadcastOf(k.Topic) : k.Topic)
        )
        {
            var producer = Topics.ProducerOf(channel.First().Topic);
            schemas[$"{channel.Key}.page"] = Page(
                producer,
                channel.First().BroadcastOnly
                    ? channel.Select(d => d.Type)
                    : channel.Select(d => d.Type).Append(EventTypes.Unpublishable)
            );
            channels[channel.Key] = new JsonObject
            {
                ["address"] = channel.Key,
                ["description"] = channel.First().BroadcastOnly
                    ? "Delivered to every replica of every subscriber: possibly late, more than once, or not at all."
                    : $"Delivered at least once, in pages. GET /events?after= of {producer} returns the complete log.",
                ["messages"] = new JsonObject
                {
                    ["page"] = new JsonObject
                    {
                        ["name"] = EventTypes.Page,
                        ["contentType"] = "application/cloudevents+json",
                        ["payload"] = Envelope(channel.Key),
                    },
                },
            };
            operations[$"{producer}.{channel.Key}"] = new JsonObject
            {
                ["action"] = "send",
                ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{channel.Key}" },
            };
        }

        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "DaprShop",
                ["version"] = "1",
                ["description"] =
                    "The events that services publish. When a meaning changes, a new event type is published; an "
                    + "existing type never changes its meaning.",
            },
            ["channels"] = channels,
            ["operations"] = operations,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Page(string producer, IEnumerable<string> types)
    {
        var page = Schema(typeof(EventPage));
        page["properties"]!["producer"] = new JsonObject { ["const"] = producer };
        page["properties"]!["events"]!["items"] = new JsonObject
        {
            ["oneOf"] = new JsonArray([.. types.Select(Entry)]),
        };
        return page;
    }

    private static JsonObject Entry(string type)
    {
        var entry = Schema(typeof(LoggedEvent));
        entry["properties"]!["type"] = new JsonObject { ["const"] = type };
        entry["properties"]!["data"] = new JsonObject { ["$ref"] = Schemas + type };
        return entry;
    }

    // Not closed: brokers and sidecars add attributes to a CloudEvent.
    private static JsonObject Envelope(string channel) =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["specversion"] = new JsonObject { ["const"] = "1.0" },
                ["id"] = new JsonObject
                {
                    ["type"] = "string",
                    ["description"] = "Producer, first and last position, for example orders/17-42.",
                },
                ["source"] = new JsonObject { ["type"] = "string", ["format"] = "uri" },
                ["type"] = new JsonObject { ["const"] = EventTypes.Page },
                ["subject"] = new JsonObject { ["type"] = "string", ["description"] = "App id of the producer." },
                ["time"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                ["data"] = new JsonObject { ["$ref"] = $"{Schemas}{channel}.page" },
            },
            ["required"] = new JsonArray("specversion", "id", "source", "type", "data"),
        };

    private static JsonObject Schema(Type type) => Strict.GetJsonSchemaAsNode(type, Closed).AsObject();

    private static JsonObject Described(JsonObject schema, string description)
    {
        schema.Insert(0, "description", description);
        return schema;
    }

    /// <summary>Allows declared properties only, and requires those that cannot be null.</summary>
    private static JsonNode Close(JsonNode schema)
    {
        if (schema is not JsonObject { } closed || closed["properties"] is not JsonObject properties)
            return schema;
        closed["additionalProperties"] = false;
        var required = (closed["required"] as JsonArray)?.Select(name => name!.GetValue<string>()).ToHashSet() ?? [];
        closed["required"] = new JsonArray([
            .. properties.Where(p => required.Contains(p.Key) || !IsNullable(p.Value)).Select(p => (JsonNode)p.Key),
        ]);
        return closed;
    }

    private static bool IsNullable(JsonNode? schema) =>
        schema is JsonObject { } described
        && described["type"] is JsonArray types
        && types.Any(t => t!.GetValue<string>() == "null");
}
