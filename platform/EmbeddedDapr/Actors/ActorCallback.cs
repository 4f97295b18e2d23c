using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmbeddedDapr.Actors;

/// <summary>The registration of a reminder or timer; the app receives it at each firing.</summary>
internal sealed record ActorCallback
{
    [JsonPropertyName("dueTime")]
    public string? DueTime { get; init; }

    [JsonPropertyName("period")]
    public string? Period { get; init; }

    [JsonPropertyName("ttl")]
    public string? Ttl { get; init; }

    [JsonPropertyName("data")]
    public JsonElement? Data { get; init; }

    /// <summary>The actor method to call; timers only.</summary>
    [JsonPropertyName("callback")]
    public string? Method { get; init; }
}
