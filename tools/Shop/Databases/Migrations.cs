using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Topology;
using Npgsql;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Migrates the services' databases. Each service migrates its own: its program is run as <c>migrate</c> with the
/// owner's connection string.
/// </summary>
internal sealed class Migrations(ShopFolder shop, DaprFile file)
{
    private const string AppliedSql = """select migration_id from "__EFMigrationsHistory" order by migration_id""";
    private static readonly TimeSpan MigrationTimeout = TimeSpan.FromMinutes(2);

    private IEnumerable<DaprApp> Apps => file.Apps.Where(app => Provisioner.Services.Contains(app.Id));

    /// <summary>
    /// Checks that each database was made by this build or an earlier stage of it: every migration that was applied to
    /// it must be part of the service's program. Changes nothing.
    /// </summary>
    /// <exception cref="ShopException">A database was made by another build; the message says what to do.</exception>
    public async Task RefuseOlderDatabasesAsync(CancellationToken cancel)
    {
        var owner = PrivateFile.Read(shop.Owner);
        foreach (var app in Apps)
        {
            var applied = await AppliedAsync(owner[app.Id], cancel);
            var unknown = applied.Except(MigrationAssembly.Migrations(app.Program), StringComparer.Ordinal).ToList();
            if (unknown.Count > 0)
                throw new ShopException(OlderDatabase(app.Id, unknown));
        }
    }

    /// <summary>Migrates all databases concurrently.</summary>
    /// <exception cref="ShopException">A migration failed or did not end within two minutes.</exception>
    public Task RunAsync(CancellationToken cancel)
    {
        var owner = PrivateFile.Read(shop.Owner);
        return Task.WhenAll(Apps.Select(app => MigrateAsync(app, owner[app.Id], cancel)));
    }

    /// <summary>Migrates one service's database, the one that the owner's connection string names.</summary>
    /// <exception cref="ShopException">The migration failed or did not end within two minutes.</exception>
    public static async Task MigrateAsync(DaprApp app, string connectionString, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MigrationTimeout);
        var spec = new ProcessSpec(app.Id, app.Command[0], [.. app.Command.Skip(1), "migrate"])
        {
            WorkingDirectory = app.Folder,
            LogFile = "",
            Environment = new Dictionary<string, string>(app.Environment)
            {
                ["ConnectionStrings__owner"] = connectionString,
            },
        };
        try
        {
            var (exitCode, output) = await Launch.RunAsync(spec, limit.Token);
            if (exitCode != 0)
                throw new ShopException(
                    $"The database of {app.Id} could not be migrated "
                        + $"(exit code {exitCode}):{Environment.NewLine}{output}"
                );
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ShopException(
                $"`{app.Id} migrate` did not end within {MigrationTimeout.TotalMinutes:0} minutes. Check whether "
                    + "another session locks its tables (pg_locks), end that session, and try again."
            );
        }
    }

    private static async Task<IReadOnlyList<string>> AppliedAsync(string connectionString, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancel);
        try
        {
            var applied = await connection.QueryAsync<AppliedMigration>(AppliedSql, cancel);
            return [.. applied.Select(migration => migration.MigrationId)];
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return [];
        }
    }

    private static string OlderDatabase(string service, IReadOnlyList<string> unknown)
    {
        var isExternal = Environment.GetEnvironmentVariable(new PostgresServer().Variable) is { Length: > 0 };
        var where = isExternal ? $"on the server of {new PostgresServer().Variable}" : "in .shop/";
        var wipe = isExternal
            ? $"drop the databases {string.Join(", ", Provisioner.Services)} there"
            : "run `./shop down --wipe`";
        return $"The databases {where} were made by an older build of DaprShop: '{service}' has migrations that "
            + $"this build does not have ({string.Join(", ", unknown.Take(3))}{(unknown.Count > 3 ? ", …" : "")}). To start "
            + $"with empty databases, {wipe} and then `./shop up` again. To keep the data, use the older build.";
    }

    private sealed record AppliedMigration(string MigrationId);
}
