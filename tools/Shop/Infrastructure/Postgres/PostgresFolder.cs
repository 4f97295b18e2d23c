namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>Where the shop's own PostgreSQL keeps its data and, where npm brings it, its programs.</summary>
internal static class PostgresFolder
{
    /// <summary>
    /// In <c>.shop</c>; but where root runs a clone that nobody else may enter (below /root), the account that PostgreSQL runs as could not reach it.
    /// </summary>
    public static string Of(ShopFolder shop, string name)
    {
        var usual = Path.Combine(shop.Data, name);
        return UnprivilegedUser.WhereNeeded() is null || UnprivilegedUser.CanReach(usual)
            ? usual
            : Path.Combine(Elsewhere(shop), name);
    }

    public static void Wipe(ShopFolder shop)
    {
        if (Directory.Exists(Elsewhere(shop)))
            Directory.Delete(Elsewhere(shop), recursive: true);
    }

    private static string Elsewhere(ShopFolder shop) => Path.Combine("/var/lib/daprshop", shop.Mark);
}
