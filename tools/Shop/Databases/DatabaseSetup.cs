using System.Security.Cryptography;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Servers;
using Npgsql;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Creates the shop's roles and databases, and writes their connection strings: <c>secrets.json</c> for the services,
/// <c>owner.json</c> for the tools.
/// </summary>
/// <param name="admin">An administrator's connection string.</param>
/// <param name="servers">The addresses of the other servers, by the secret names that the components use.</param>
/// <param name="runtimeDatabases">The databases of <see cref="Provisioner.RuntimeDatabases"/> that are needed.</param>
internal sealed class DatabaseSetup(
    ShopFolder shop,
    string admin,
    IReadOnlyDictionary<string, string> servers,
    IReadOnlyList<string> runtimeDatabases
)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var secrets = PrivateFile.Read(shop.Secrets);
        var owner = PrivateFile.Read(shop.Owner);
        var provisioner = new Provisioner(admin);
        try
        {
            var passwords = await provisioner.CreateRolesAsync(ExistingPasswords(secrets, owner), cancel);
            foreach (var service in Provisioner.Services)
            {
                await provisioner.CreateDatabaseAsync(service, service, cancel);
                secrets[$"{service}-db"] = provisioner.ConnectionString(
                    Provisioner.AppOf(service),
                    passwords[Provisioner.AppOf(service)],
                    service
                );
                owner[service] = provisioner.ConnectionString(
                    Provisioner.OwnerOf(service),
                    passwords[Provisioner.OwnerOf(service)],
                    service
                );
            }
            await provisioner.CreateDatabaseAsync("inventory", Provisioner.Bench, cancel);
            foreach (var runtime in runtimeDatabases)
            {
                await provisioner.CreateDatabaseAsync(runtime, runtime, cancel);
                owner[runtime] = provisioner.ConnectionString(
                    Provisioner.OwnerOf(runtime),
                    passwords[Provisioner.OwnerOf(runtime)],
                    runtime
                );
            }
            if (owner.TryGetValue("dapr", out var dapr))
                secrets["dapr-postgres"] = LibpqUrl.Of(dapr);
            owner[Provisioner.Auditor] = provisioner.ConnectionString(
                Provisioner.Auditor,
                passwords[Provisioner.Auditor],
                null
            );
        }
        catch (PostgresException refused)
        {
            throw new ShopException(
                $"PostgreSQL rejected the creation of the shop's roles and databases: {refused.MessageText}. "
                    + "Set SHOP_POSTGRES to a user that may create roles and databases, such as a superuser.",
                refused
            );
        }
        foreach (var (name, address) in servers)
            secrets[name] = address;
        secrets.TryAdd("jwt-key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        PaymentProvider.AddSecrets(secrets);
        PrivateFile.Write(shop.Secrets, secrets);
        PrivateFile.Write(shop.Owner, owner);
    }

    /// <summary>Passwords by role, so that those issued before stay valid.</summary>
    private static Dictionary<string, string> ExistingPasswords(
        Dictionary<string, string> secrets,
        Dictionary<string, string> owner
    ) =>
        secrets
            .Where(pair => pair.Key.EndsWith("-db", StringComparison.Ordinal))
            .Select(pair => pair.Value)
            .Concat(owner.Values)
            .Select(text => new NpgsqlConnectionStringBuilder(text))
            .Where(connection => connection is { Username: not null, Password: not null })
            .ToDictionary(connection => connection.Username!, connection => connection.Password!);
}
