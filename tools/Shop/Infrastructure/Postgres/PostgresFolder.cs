using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>Where the shop's own PostgreSQL keeps its data.</summary>
internal static class PostgresFolder
{
    public const int UsualPort = 3540;

    /// <summary>
    /// In <c>.shop</c>; but where root runs a clone that nobody else may enter (below /root), the account that PostgreSQL runs as could not reach it.
    /// </summary>
    public static string Of(ShopFolder shop)
    {
        var usual = Path.Combine(shop.Data, "postgres");
        return UnprivilegedUser.WhereNeeded() is null || UnprivilegedUser.CanReach(usual) ? usual : Path.Combine(Elsewhere(shop), "postgres");
    }

    public static void Wipe(ShopFolder shop)
    {
        if (Directory.Exists(Elsewhere(shop)))
            Directory.Delete(Elsewhere(shop), recursive: true);
    }

    private static string Elsewhere(ShopFolder shop) =>
        Path.Combine("/var/lib/daprshop", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shop.Root)))[..12]);
}
