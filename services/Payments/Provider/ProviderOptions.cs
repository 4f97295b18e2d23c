using System.ComponentModel.DataAnnotations;

namespace DaprShop.Payments.Provider;

/// <summary>The settings of the payment provider: section <c>Provider</c>.</summary>
internal sealed class ProviderOptions
{
    public const string Section = "Provider";

    /// <summary>The provider's address; the simulated provider of <c>./shop up</c> unless it is set.</summary>
    [Required]
    public Uri Url { get; init; } = new("http://127.0.0.1:5110");

    /// <summary>The key that the provider gave to the shop; from the secret store unless it is set.</summary>
    [Required]
    public string ApiKey { get; init; } = "";

    /// <summary>
    /// The secret that the provider signs its webhooks with (<c>whsec_</c> and base64); from the secret store unless it
    /// is set.
    /// </summary>
    [Required]
    public string WebhookSecret { get; init; } = "";

    /// <summary>Seconds that a request may take. Then its outcome is unknown and is looked up.</summary>
    [Range(0.1, 15)]
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>
    /// Milliseconds that a batch of charges or refunds waits for the provider's answers. Orders without one by then go
    /// on alone.
    /// </summary>
    [Range(0, 10_000)]
    public int WaitMilliseconds { get; init; } = 300;

    /// <summary>Requests at the same time, at most, per replica.</summary>
    [Range(1, 500)]
    public int MaxConcurrentCalls { get; init; } = 32;

    public TimeSpan Wait => TimeSpan.FromMilliseconds(WaitMilliseconds);

    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);
}
