using Npgsql;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>A connection string in the form that everybody but .NET understands, the sidecars among them.</summary>
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
        return $"postgres://{Uri.EscapeDataString(at.Username ?? "")}:{Uri.EscapeDataString(at.Password ?? "")}@{at.Host}:{at.Port}/{at.Database}?sslmode={mode}{certificate}";
    }
}
