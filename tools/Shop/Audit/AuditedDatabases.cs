using DaprShop.Shop.Databases;
using DaprShop.Shop.Secrets;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>Connections to the services' databases, as the auditor, who may read all of them.</summary>
internal sealed class AuditedDatabases(IReadOnlyDictionary<string, string> connectionStrings)
{
    /// <summary>The checks aggregate up to half a million rows; their sorts should stay in memory.</summary>
    private const string Settings =
        "set work_mem = '128MB'; set temp_buffers = '64MB'; set statement_timeout = '10min'";

    /// <summary>The databases of the shop in this folder.</summary>
    /// <exception cref="ShopException">The shop was never started (exit code 2).</exception>
    public static AuditedDatabases Of(ShopFolder shop)
    {
        var auditor = PrivateFile.Read(shop.Owner).GetValueOrDefault(Provisioner.Auditor)
            ?? throw new ShopException("The shop has no databases yet. Create them with `./shop up --detach`.", 2);
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
                $"The database '{service}' cannot be read: {e.Message} If the shop is down, start it with "
                    + "`./shop up --detach`; `./shop status` shows whether it is up.",
                2
            );
        }
    }
}
