using System.Security.Cryptography;
using DaprShop.Shop.Infrastructure.Postgres;
using Npgsql;

namespace DaprShop.Shop.Infrastructure;

/// <summary>Makes the shop's databases and writes down who may enter them: <c>secrets.json</c> for the services, <c>owner.json</c> for the tools.</summary>
/// <param name="admin">An administrator's connection string.</param>
/// <param name="servers">The addresses of the other servers, by the names that components ask for.</param>
/// <param name="engines">Which of <see cref="Provisioner.Engines"/> need their database.</param>
internal sealed class Provisioning(
    ShopFolder shop,
    string admin,
    IReadOnlyDictionary<string, string> servers,
    IReadOnlyList<string> engines
)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var secrets = SecretFile.Read(shop.Secrets);
        var owner = SecretFile.Read(shop.Owner);
        var provisioner = new Provisioner(admin);
        try
        {
            var passwords = await provisioner.RolesAsync(Known(secrets, owner), cancel);
            foreach (var service in Provisioner.Services)
            {
                await provisioner.DatabaseAsync(service, service, cancel);
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
            await provisioner.DatabaseAsync("inventory", Provisioner.Bench, cancel);
            foreach (var engine in engines)
            {
                await provisioner.DatabaseAsync(engine, engine, cancel);
                owner[engine] = provisioner.ConnectionString(
                    Provisioner.OwnerOf(engine),
                    passwords[Provisioner.OwnerOf(engine)],
                    engine
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
                $"PostgreSQL refused to make the shop's roles and databases: {refused.MessageText}. "
                    + "The user of SHOP_POSTGRES must be allowed to create roles and databases (a superuser is).",
                refused
            );
        }
        foreach (var (name, address) in servers)
            secrets[name] = address;
        secrets.TryAdd("jwt-key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        SecretFile.Write(shop.Secrets, secrets);
        SecretFile.Write(shop.Owner, owner);
    }

    /// <summary>Passwords given out before stay valid.</summary>
    private static Dictionary<string, string> Known(
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
