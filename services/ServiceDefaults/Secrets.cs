using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using Microsoft.Extensions.Configuration;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Configuration from the sidecar's secret store: the database connection, the key of the local token issuer, and what
/// Payments shares with its provider.
/// </summary>
internal static class Secrets
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Fetches the secrets that the configuration does not set.</summary>
    /// <exception cref="DaprException">The sidecar has no such secret.</exception>
    public static async Task AddShopSecretsAsync(this ConfigurationManager configuration, string app)
    {
        var required = new Dictionary<string, string>
        {
            [ConfigurationKeys.Database] = $"{app}-db",
            [ConfigurationKeys.JwtKey] = "jwt-key",
        };
        if (app == Apps.Payments)
        {
            required[ConfigurationKeys.ProviderApiKey] = "payment-provider-key";
            required[ConfigurationKeys.ProviderWebhookSecret] = "payment-webhook-secret";
        }

        if (app == Apps.Gateway)
            required.Remove(ConfigurationKeys.Database);
        if (configuration[ConfigurationKeys.JwtAuthority] is not null)
            required.Remove(ConfigurationKeys.JwtKey);
        foreach (var present in required.Keys.Where(key => configuration[key] is not null).ToList())
            required.Remove(present);
        if (required.Count == 0)
            return;

        using var dapr = new DaprClientBuilder().Build();
        using var timeout = new CancellationTokenSource(Timeout);
        await dapr.WaitForSidecarAsync(timeout.Token);
        var fetched = new Dictionary<string, string?>();
        foreach (var (key, name) in required)
        {
            var secret = await dapr.GetSecretAsync(Components.Secrets, name, cancellationToken: timeout.Token);
            fetched[key] = secret[name];
        }

        if (app == Apps.Inventory && configuration[ConfigurationKeys.Replica] is null)
            fetched[ConfigurationKeys.Replica] = await FindSecretAsync(dapr, $"{app}-replica", timeout.Token);
        configuration.AddInMemoryCollection(fetched);
    }

    private static async Task<string?> FindSecretAsync(
        DaprClient dapr,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (
                await dapr.GetSecretAsync(Components.Secrets, name, cancellationToken: cancellationToken)
            ).GetValueOrDefault(name);
        }
        catch (DaprException)
        {
            return null;
        }
    }
}

/// <summary>Configuration keys that every service shares.</summary>
public static class ConfigurationKeys
{
    /// <summary>Npgsql connection string of the service's own role.</summary>
    public const string Database = "ConnectionStrings:database";

    /// <summary>Npgsql connection string of the database's owner; only for <c>migrate</c>.</summary>
    public const string Owner = "ConnectionStrings:owner";

    /// <summary>Npgsql connection string of a read-only copy of the database, which may lag; optional.</summary>
    public const string Replica = "ConnectionStrings:replica";

    /// <summary>The key for the payment provider's API; only for Payments.</summary>
    public const string ProviderApiKey = "Provider:ApiKey";

    /// <summary>The secret that the payment provider signs its webhooks with; only for Payments.</summary>
    public const string ProviderWebhookSecret = "Provider:WebhookSecret";

    /// <summary>Base64 of the local issuer's HMAC-SHA256 key.</summary>
    public const string JwtKey = "Jwt:Key";

    /// <summary>An OIDC authority, instead of the local issuer.</summary>
    public const string JwtAuthority = "Jwt:Authority";
}
