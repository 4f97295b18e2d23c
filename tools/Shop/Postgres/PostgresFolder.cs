using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Postgres;

/// <summary>The folders of the shop's own PostgreSQL: its data and, if npm installs it, its programs.</summary>
internal static class PostgresFolder
{
    /// <summary>
    /// In <c>.shop</c>. Where root runs a clone that no other user may enter (below /root), the account that runs
    /// PostgreSQL could not reach that, and the folder is in /var/lib/daprshop.
    /// </summary>
    public static string Of(ShopFolder shop, string name)
    {
        var usual = Path.Combine(shop.Data, name);
        return UnprivilegedUser.WhereNeeded() is null || UnprivilegedUser.CanReach(usual)
            ? usual
            : Path.Combine(Elsewhere(shop), name);
    }

    /// <summary>Deletes the folders outside <c>.shop</c>.</summary>
    public static void Wipe(ShopFolder shop)
    {
        if (Directory.Exists(Elsewhere(shop)))
            Directory.Delete(Elsewhere(shop), recursive: true);
    }

    private static string Elsewhere(ShopFolder shop) => Path.Combine("/var/lib/daprshop", shop.Id);
}
