using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprShop.ServiceDefaults;

/// <summary>Reads strings that PostgreSQL can store: it accepts every character except U+0000.</summary>
internal sealed class StorableText : JsonConverter<string>
{
    public const string Error = "Text must not contain U+0000.";

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("A string is expected.");
        var text = reader.GetString();
        return text!.Contains('\0') ? throw new JsonException(Error) : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
