using System.Security.Cryptography;
using DaprShop.Shop.Infrastructure.Postgres;
using Npgsql;

namespace DaprShop.Shop.Infrastructure;

/// <summary>Makes the shop's databases and writes down who may enter them: <c>secrets.json</c> for the services, <c>owner.json</c> for the tools.</summary>
internal sealed class Provisioning(ShopFolder shop, string admin, string redis)
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
                secrets[$"{service}-db"] = provisioner.ConnectionString(Provisioner.AppOf(service), passwords[Provisioner.AppOf(service)], service);
                owner[service] = provisioner.ConnectionString(Provisioner.OwnerOf(service), passwords[Provisioner.OwnerOf(service)], service);
            }
            owner[Provisioner.Auditor] = provisioner.ConnectionString(Provisioner.Auditor, passwords[Provisioner.Auditor], null);
        }
        catch (PostgresException refused)
        {
            throw new ShopException($"PostgreSQL refused to make the shop's roles and databases: {refused.MessageText}. "
                + "The user of SHOP_POSTGRES must be allowed to create roles and databases (a superuser is).", refused);
        }
        secrets["redis"] = redis;
        secrets.TryAdd("jwt-key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        SecretFile.Write(shop.Secrets, secrets);
        SecretFile.Write(shop.Owner, owner);
    }

    /// <summary>Passwords given out before stay valid.</summary>
    private static Dictionary<string, string> Known(Dictionary<string, string> secrets, Dictionary<string, string> owner) =>
        secrets.Where(pair => pair.Key.EndsWith("-db", StringComparison.Ordinal)).Select(pair => pair.Value).Concat(owner.Values)
            .Select(text => new NpgsqlConnectionStringBuilder(text))
            .Where(connection => connection is { Username: not null, Password: not null })
            .ToDictionary(connection => connection.Username!, connection => connection.Password!);
}
