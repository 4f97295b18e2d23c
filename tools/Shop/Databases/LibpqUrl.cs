using Npgsql;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Converts a connection string of .NET to the URL form that libpq and the sidecars use.
/// </summary>
internal static class LibpqUrl
{
    public static string Of(string connectionString)
    {
        var at = new NpgsqlConnectionStringBuilder(connectionString);
        var mode = at.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            var other => other.ToString().ToLowerInvariant(),
        };
        var certificate = at.RootCertificate is { Length: > 0 } file
            ? "&sslrootcert=" + Uri.EscapeDataString(file)
            : "";
        var user = $"{Uri.EscapeDataString(at.Username ?? "")}:{Uri.EscapeDataString(at.Password ?? "")}";
        return $"postgres://{user}@{at.Host}:{at.Port}/{at.Database}?sslmode={mode}{certificate}";
    }
}
