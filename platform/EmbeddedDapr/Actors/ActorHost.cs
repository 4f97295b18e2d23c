using System.Text.Json;
using System.Text.Json.Serialization;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>An app's answer to <c>GET /dapr/config</c>, as far as it matters here.</summary>
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

    /// <exception cref="JsonException">It is no JSON of this shape.</exception>
    /// <exception cref="FormatException">The idle timeout is no duration.</exception>
    public static ActorConfig Read(byte[] json)
    {
        var config = JsonSerializer.Deserialize<ActorConfig>(json) ?? new();
        return string.IsNullOrEmpty(config.IdleTimeout)
            ? config
            : config with
            {
                Idle = Period.ParseDuration(config.IdleTimeout),
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
