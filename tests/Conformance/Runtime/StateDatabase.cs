using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Conformance.Runtime;

/// <summary>Databases of the PostgreSQL that all tests of this process share.</summary>
internal static class StateDatabase
{
    private static int _databases;

    /// <summary>Creates an empty database; returns the connection string for Dapr's PostgreSQL state store.</summary>
    public static async Task<string> CreateAsync()
    {
        var at = new NpgsqlConnectionStringBuilder(await CreateForAppAsync());
        var password = string.IsNullOrEmpty(at.Password) ? "" : $" password={at.Password}";
        return $"host={at.Host} port={at.Port} user={at.Username}{password} dbname={at.Database}";
    }

    /// <summary>Creates an empty database; returns the connection string for Npgsql.</summary>
    public static async Task<string> CreateForAppAsync()
    {
        var postgres = await LocalPostgres.SharedAsync();
        var name = $"conformance_{Interlocked.Increment(ref _databases)}";
        await using var admin = new NpgsqlConnection(postgres.Admin);
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", admin);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(postgres.Admin) { Database = name }.ConnectionString;
    }
}
