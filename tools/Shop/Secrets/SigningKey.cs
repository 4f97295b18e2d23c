namespace DaprShop.Shop.Secrets;

/// <summary>The key that signs the shop's own tokens.</summary>
internal static class SigningKey
{
    /// <exception cref="ShopException">The shop was never started, so it has no key.</exception>
    public static byte[] Read(ShopFolder shop) =>
        Convert.FromBase64String(
            PrivateFile.Read(shop.Secrets).GetValueOrDefault("jwt-key")
                ?? throw new ShopException(
                    "This shop has no signing key yet. Run `./shop up --detach` once: it creates the key."
                )
        );
}
