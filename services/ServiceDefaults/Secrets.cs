using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using Microsoft.Extensions.Configuration;

namespace DaprShop.ServiceDefaults;

/// <summary>Configuration that the sidecar's secret store holds: the database and the key of the local token issuer.</summary>
internal static class Secrets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Fetches what the configuration does not already name.</summary>
    /// <exception cref="DaprException">The sidecar has no such secret.</exception>
    public static async Task AddShopSecretsAsync(this ConfigurationManager configuration, string app)
    {
        var wanted = new Dictionary<string, string>
        {
            [ConfigurationKeys.Database] = $"{app}-db",
            [ConfigurationKeys.JwtKey] = "jwt-key",
        };
        if (app == Apps.Gateway)
            wanted.Remove(ConfigurationKeys.Database);
        if (configuration[ConfigurationKeys.JwtAuthority] is not null)
            wanted.Remove(ConfigurationKeys.JwtKey);
        foreach (var present in wanted.Keys.Where(key => configuration[key] is not null).ToList())
            wanted.Remove(present);
        if (wanted.Count == 0)
            return;

        using var dapr = new DaprClientBuilder().Build();
        using var patience = new CancellationTokenSource(Patience);
        await dapr.WaitForSidecarAsync(patience.Token);
        var found = new Dictionary<string, string?>();
        foreach (var (key, name) in wanted)
        {
            var secret = await dapr.GetSecretAsync(Components.Secrets, name, cancellationToken: patience.Token);
            found[key] = secret[name];
        }

        if (app == Apps.Inventory && configuration[ConfigurationKeys.Replica] is null)
            found[ConfigurationKeys.Replica] = await TryAsync(dapr, $"{app}-replica", patience.Token);
        configuration.AddInMemoryCollection(found);
    }

    private static async Task<string?> TryAsync(DaprClient dapr, string name, CancellationToken cancellationToken)
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

/// <summary>Keys of the configuration that all services know.</summary>
public static class ConfigurationKeys
{
    /// <summary>Npgsql connection string of the service's own role.</summary>
    public const string Database = "ConnectionStrings:database";

    /// <summary>Npgsql connection string of the database's owner; only for <c>migrate</c>.</summary>
    public const string Owner = "ConnectionStrings:owner";

    /// <summary>Npgsql connection string of a read-only copy of the database, which may lag; there need not be one.</summary>
    public const string Replica = "ConnectionStrings:replica";

    /// <summary>Base64 of the local issuer's HMAC-SHA256 key.</summary>
    public const string JwtKey = "Jwt:Key";

    /// <summary>An OIDC authority, instead of the local issuer.</summary>
    public const string JwtAuthority = "Jwt:Authority";
}
