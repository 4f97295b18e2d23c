using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Postgres;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>Where the services' databases are, for one who may read them all.</summary>
internal sealed class AuditedDatabases(IReadOnlyDictionary<string, string> connectionStrings)
{
    /// <summary>Aggregates over half a million rows: what they sort should stay in memory.</summary>
    private const string Settings =
        "set work_mem = '128MB'; set temp_buffers = '64MB'; set statement_timeout = '10min'";

    /// <summary>The databases of a shop that was started here.</summary>
    /// <exception cref="ShopException">None was.</exception>
    public static AuditedDatabases Of(ShopFolder shop)
    {
        var auditor = SecretFile.Read(shop.Owner).GetValueOrDefault(Provisioner.Auditor)
            ?? throw new ShopException("There is no shop to audit yet: `./shop up` makes its databases.", 2);
        return new AuditedDatabases(
            Provisioner.Services.ToDictionary(
                service => service,
                service =>
                    new NpgsqlConnectionStringBuilder(auditor)
                    {
                        Database = service,
                        Pooling = false,
                        CommandTimeout = 0,
                    }.ConnectionString
            )
        );
    }

    public async Task<NpgsqlConnection> OpenAsync(string service, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(connectionStrings[service]);
        try
        {
            await connection.OpenAsync(cancel);
            await using var settings = new NpgsqlCommand(Settings, connection);
            await settings.ExecuteNonQueryAsync(cancel);
            return connection;
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync();
            throw new ShopException(
                $"The database '{service}' cannot be read: {e.Message} Is the shop up? `./shop status` tells.",
                2
            );
        }
    }
}
