using System.Text.Json;

namespace DaprShop.Messaging;

/// <summary>Reads what a sidecar delivers to a subscription for raw payloads: any bytes, as Base64 in an envelope.</summary>
internal static class RawPayload
{
    /// <summary>The message as text; whatever is no such envelope is the message itself.</summary>
    public static string TextOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("data_base64", out var data)
                && data.TryGetBytesFromBase64(out var payload)
            )
                return ParkedText.Of(payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not the sidecar's envelope.
        }

        return ParkedText.Of(body);
    }
}
