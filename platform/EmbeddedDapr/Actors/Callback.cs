using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmbeddedDapr.Actors;

/// <summary>What an app registers as a reminder or timer, and is sent when that fires.</summary>
internal sealed record Callback
{
    [JsonPropertyName("dueTime")]
    public string? DueTime { get; init; }

    [JsonPropertyName("period")]
    public string? Period { get; init; }

    [JsonPropertyName("ttl")]
    public string? Ttl { get; init; }

    [JsonPropertyName("data")]
    public JsonElement? Data { get; init; }

    /// <summary>Of timers: the actor's method.</summary>
    [JsonPropertyName("callback")]
    public string? Method { get; init; }
}
