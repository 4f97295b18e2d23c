using System.Text.Json;

namespace DaprShop.Messaging;

/// <summary>
/// Reads payloads of the event log, and finds those that could not be published: the database accepts JSON that
/// serializers refuse.
/// </summary>
internal static class StoredPayload
{
    /// <summary>Characters of a payload, at most: sidecars forward up to 4 MiB at once.</summary>
    public const int MaxLength = EventSource.FetchLength;

    // Serializers stop at 64 levels, and a message has a few levels around the payload.
    private const int MaxDepth = 48;

    /// <summary>Returns null where the payload can be published, otherwise the cause as a sentence.</summary>
    public static string? TryRead(string json, out JsonElement data)
    {
        data = default;
        if (json.Length > MaxLength)
            return $"The payload has {json.Length} characters; at most {MaxLength} can be published.";
        try
        {
            data = JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            return $"The payload is not JSON of at most {MaxDepth} levels.";
        }

        // Only an escape sequence can write half a character.
        return !json.Contains("\\u", StringComparison.Ordinal) || IsUnicode(data)
            ? null
            : "The payload contains text that is not Unicode: half of a surrogate pair.";
    }

    private static bool IsUnicode(JsonElement data)
    {
        try
        {
            JsonSerializer.SerializeToUtf8Bytes(data);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
