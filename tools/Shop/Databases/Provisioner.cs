using System.Security.Cryptography;
using Npgsql;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Creates the roles and databases of the services, idempotently. Each service has an owner, which runs migrations, and
/// an app role, which has only the rights that the migrations grant. The auditor may read everything and change
/// nothing.
/// </summary>
internal sealed class Provisioner(string admin)
{
    public const string Auditor = "auditor";

    /// <summary>
    /// A second database with Inventory's roles, used only while a benchmark runs: its reservations belong to no order
    /// and would make the shop's own data inconsistent.
    /// </summary>
    public const string Bench = "bench";

    /// <summary>The services that have a database; the database is named like the app id.</summary>
    public static readonly IReadOnlyList<string> Services = ["orders", "inventory", "payments", "history"];

    /// <summary>
    /// The databases of the runtimes: one for Dapr's sidecars (the store <c>postgres</c>), one for the embedded
    /// runtime.
    /// </summary>
    public static readonly IReadOnlyList<string> RuntimeDatabases = ["dapr", "embedded"];

    /// <summary>
    /// Creates the roles. Each gets its password of <paramref name="existing"/>, or a new one; all are returned.
    /// </summary>
    /// <exception cref="ShopException">The server is older than PostgreSQL 14.</exception>
    public async Task<IReadOnlyDictionary<string, string>> CreateRolesAsync(
        IReadOnlyDictionary<string, string> existing,
        CancellationToken cancel
    )
    {
        string[] roles =
        [
            .. Services.SelectMany(service => new[] { OwnerOf(service), AppOf(service) }),
            .. RuntimeDatabases.Select(OwnerOf),
            Auditor,
        ];
        var passwords = roles.ToDictionary(
            role => role,
            role => existing.GetValueOrDefault(role) ?? RandomNumberGenerator.GetHexString(32, lowercase: true)
        );
        await using var connection = await OpenAsync(admin, cancel);
        if (connection.PostgreSqlVersion.Major < 14)
            throw new ShopException($"PostgreSQL {connection.PostgreSqlVersion} is too old. Use version 14 or newer.");
        foreach (var (role, password) in passwords)
        {
            if (!await ExistsAsync(connection, "select 1 from pg_roles where rolname = $1", role, cancel))
                await ExecuteAsync(connection, $"create role {role}", cancel);
            await ExecuteAsync(connection, $"alter role {role} login password '{password}'", cancel);
        }
        await ExecuteAsync(connection, $"grant pg_read_all_data to {Auditor}", cancel);
        // A role that is no superuser may create databases only for owners that it is a member of.
        if (
            !await ExistsAsync(
                connection,
                "select 1 from pg_roles where rolname = $1 and rolsuper",
                connection.UserName!,
                cancel
            )
        )
            foreach (var owner in Services.Concat(RuntimeDatabases).Select(OwnerOf))
                await ExecuteAsync(connection, $"grant {owner} to current_user", cancel);
        return passwords;
    }

    /// <summary>
    /// Creates an empty database for <paramref name="service"/> unless it exists. Only its owner may connect to the
    /// database of a runtime.
    /// </summary>
    public async Task CreateDatabaseAsync(string service, string name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(admin, cancel);
        if (!await ExistsAsync(connection, "select 1 from pg_database where datname = $1", name, cancel))
            await ExecuteAsync(connection, $"create database {name} owner {OwnerOf(service)}", cancel);
        await ExecuteAsync(connection, $"revoke all on database {name} from public", cancel);
        if (!RuntimeDatabases.Contains(service))
            await ExecuteAsync(
                connection,
                $"""
                grant connect on database {name} to {AppOf(service)}, {Auditor};
                grant temporary on database {name} to {Auditor}
                """,
                cancel
            );
        await using var inside = await OpenAsync(
            new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString,
            cancel
        );
        // PostgreSQL 14 still allows every role to create tables in the schema public, which the superuser owns.
        await ExecuteAsync(
            inside,
            $"revoke create on schema public from public; alter schema public owner to {OwnerOf(service)}",
            cancel
        );
    }

    public static string OwnerOf(string service) => service + "_owner";

    public static string AppOf(string service) => service + "_app";

    /// <summary>The server's connection string with another user and database.</summary>
    public string ConnectionString(string role, string? password, string? database)
    {
        var connection = new NpgsqlConnectionStringBuilder(admin)
        {
            Username = role,
            Password = password,
            Database = database,
            Pooling = true,
        };
        // Four services and the tools share max_connections = 200.
        connection.MaxPoolSize = 40;
        // The services run the same few statements again and again. Planning each one every time cost more than running
        // it.
        connection.MaxAutoPrepare = 64;
        connection.AutoPrepareMinUsages = 2;
        return connection.ConnectionString;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }

    private static async Task<bool> ExistsAsync(
        NpgsqlConnection connection,
        string query,
        string name,
        CancellationToken cancel
    )
    {
        await using var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancel) is not null;
    }

    // Statements of the data definition language take no parameters. Names are constants, passwords hexadecimal.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
