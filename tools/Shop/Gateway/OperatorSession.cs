using DaprShop.Shop.Secrets;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Gateway;

/// <summary>Connects to the gateway of this machine's shop with an operator's token.</summary>
internal static class OperatorSession
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(1);

    /// <param name="shop">The shop's folder; the shop must have been started.</param>
    /// <param name="name">The operator's name, as it appears in the shop's records.</param>
    /// <exception cref="ShopException">The shop is down.</exception>
    public static GatewayClient Connect(ShopFolder shop, string name)
    {
        // A running import survives a shop that dies; one that starts without a shop would wait forever.
        var file = DaprFile.Load(shop.EnsureStarted());
        return new GatewayClient(file.GatewayAddress, CreateToken(shop, name));
    }

    /// <summary>A token that is valid for one day.</summary>
    public static string CreateToken(ShopFolder shop, string name) =>
        Jwt.Create(SigningKey.Read(shop), name, "operator", TimeProvider.System.GetUtcNow(), TokenLifetime);
}
