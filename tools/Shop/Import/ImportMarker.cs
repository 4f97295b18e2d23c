using System.Text.Json;

namespace DaprShop.Shop.Import;

/// <summary>
/// Records the import that this shop's data belong to, so that the same import is resumed and another one is refused.
/// <c>shop down --wipe</c> deletes it.
/// </summary>
/// <param name="Unsold">
/// The number of stocked SKUs with available units when all orders were settled; null before that.
/// </param>
internal sealed record ImportMarker(string Input, string Opening, int Orders, int? Unsold = null)
{
    public static ImportMarker? Load(ShopFolder shop) =>
        File.Exists(PathOf(shop))
            ? JsonSerializer.Deserialize<ImportMarker>(File.ReadAllText(PathOf(shop)), JsonSerializerOptions.Web)
            : null;

    public void Save(ShopFolder shop)
    {
        var next = PathOf(shop) + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
        File.Move(next, PathOf(shop), overwrite: true);
    }

    public bool IsOf(ImportMarker other) => (Input, Opening, Orders) == (other.Input, other.Opening, other.Orders);

    private static string PathOf(ShopFolder shop) => Path.Combine(shop.Data, "import.json");
}
