using System.Security.Cryptography;
using Npgsql;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>
/// Makes the roles and databases of the services, as often as asked: per service an owner, who runs migrations, and an app role that can do only what
/// the migrations grant; and the auditor, who may read everything and change nothing.
/// </summary>
internal sealed class Provisioner(string admin)
{
    public const string Auditor = "auditor";

    /// <summary>A second database of Inventory's roles, empty but for a running benchmark: what it reserves is no order's, and would soil the shop's own.</summary>
    public const string Bench = "bench";

    /// <summary>The services that have a database, each named like its app id.</summary>
    public static readonly IReadOnlyList<string> Services = ["orders", "inventory", "payments", "history"];

    /// <summary>What may keep state of its own in PostgreSQL beside the services: Dapr's sidecars (the store `postgres`) and the embedded runtime.</summary>
    public static readonly IReadOnlyList<string> Engines = ["dapr", "embedded"];

    /// <summary>Every role gets the password of <paramref name="known"/>, or a new one; the answer holds them all.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RolesAsync(
        IReadOnlyDictionary<string, string> known,
        CancellationToken cancel
    )
    {
        string[] roles =
        [
            .. Services.SelectMany(service => new[] { OwnerOf(service), AppOf(service) }),
            .. Engines.Select(OwnerOf),
            Auditor,
        ];
        var passwords = roles.ToDictionary(
            role => role,
            role => known.GetValueOrDefault(role) ?? RandomNumberGenerator.GetHexString(32, lowercase: true)
        );
        await using var connection = await OpenAsync(admin, cancel);
        if (connection.PostgreSqlVersion.Major < 14)
            throw new ShopException(
                $"PostgreSQL {connection.PostgreSqlVersion} is too old: the shop needs 14 or newer."
            );
        foreach (var (role, password) in passwords)
        {
            if (!await ExistsAsync(connection, "select 1 from pg_roles where rolname = $1", role, cancel))
                await ExecuteAsync(connection, $"create role {role}", cancel);
            await ExecuteAsync(connection, $"alter role {role} login password '{password}'", cancel);
        }
        await ExecuteAsync(connection, $"grant pg_read_all_data to {Auditor}", cancel);
        // Whoever is no superuser may give a database only to a role that it is a member of.
        if (
            !await ExistsAsync(
                connection,
                "select 1 from pg_roles where rolname = $1 and rolsuper",
                connection.UserName!,
                cancel
            )
        )
            foreach (var owner in Services.Concat(Engines).Select(OwnerOf))
                await ExecuteAsync(connection, $"grant {owner} to current_user", cancel);
        return passwords;
    }

    /// <summary>Makes a database of <paramref name="service"/>, empty but for PostgreSQL's own schema, unless it is there. That of an engine only its owner may enter.</summary>
    public async Task DatabaseAsync(string service, string name, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(admin, cancel);
        if (!await ExistsAsync(connection, "select 1 from pg_database where datname = $1", name, cancel))
            await ExecuteAsync(connection, $"create database {name} owner {OwnerOf(service)}", cancel);
        await ExecuteAsync(connection, $"revoke all on database {name} from public", cancel);
        if (!Engines.Contains(service))
            await ExecuteAsync(
                connection,
                $"grant connect on database {name} to {AppOf(service)}, {Auditor}; grant temporary on database {name} to {Auditor}",
                cancel
            );
        await using var inside = await OpenAsync(
            new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString,
            cancel
        );
        // PostgreSQL 14 still lets everybody create tables in the schema public, and gives it to the superuser.
        await ExecuteAsync(
            inside,
            $"revoke create on schema public from public; alter schema public owner to {OwnerOf(service)}",
            cancel
        );
    }

    public static string OwnerOf(string service) => service + "_owner";

    public static string AppOf(string service) => service + "_app";

    /// <summary>The server's address with another user and database.</summary>
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
        // The same few statements for ever: planning each of them anew cost more than many of them do.
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

    // Statements that define things take no parameters: names are constants of this code base, passwords hexadecimal.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
