using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprShop.ServiceDefaults;

/// <summary>Reads text that a database can hold: PostgreSQL keeps every character but one.</summary>
internal sealed class StorableText : JsonConverter<string>
{
    public const string Refusal = "Text has no character U+0000.";

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("Text is expected.");
        var text = reader.GetString();
        return text!.Contains('\0') ? throw new JsonException(Refusal) : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
