using System.Text.Json;
using System.Text.Json.Serialization;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>The part of an app's response to <c>GET /dapr/config</c> that the runtime uses.</summary>
internal sealed record ActorConfig
{
    private static readonly TimeSpan DefaultIdle = TimeSpan.FromHours(1);

    [JsonPropertyName("entities")]
    public IReadOnlyList<string> Entities { get; init; } = [];

    [JsonPropertyName("actorIdleTimeout")]
    public string? IdleTimeout { get; init; }

    [JsonPropertyName("reentrancy")]
    public ReentrancyConfig? Reentrancy { get; init; }

    [JsonIgnore]
    public TimeSpan Idle { get; private init; } = DefaultIdle;

    /// <exception cref="JsonException">The JSON does not have this shape.</exception>
    /// <exception cref="FormatException">The idle timeout is not a duration.</exception>
    public static ActorConfig Read(byte[] json)
    {
        var config = JsonSerializer.Deserialize<ActorConfig>(json) ?? new();
        return string.IsNullOrEmpty(config.IdleTimeout)
            ? config
            : config with
            {
                Idle = RepeatInterval.ParseDuration(config.IdleTimeout),
            };
    }

    internal sealed record ReentrancyConfig
    {
        [JsonPropertyName("enabled")]
        public bool Enabled { get; init; }
    }
}

/// <summary>A replica that hosts actors.</summary>
internal sealed record ActorHost(Sidecar Sidecar, ActorConfig Config);
