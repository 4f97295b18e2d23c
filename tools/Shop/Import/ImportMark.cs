using System.Text.Json;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Import;

/// <summary>Which import this shop's data belong to, so that the same one is resumed and another one is refused. Gone with <c>shop down --wipe</c>.</summary>
/// <param name="Before">What was in the shop before the import.</param>
/// <param name="Unsold">Stocked SKUs with anything available when all orders were settled; null before that.</param>
internal sealed record ImportMark(string Input, string Opening, int Orders, SummaryAnswer Before, int? Unsold = null)
{
    public static ImportMark? Load(ShopFolder shop) =>
        File.Exists(PathOf(shop))
            ? JsonSerializer.Deserialize<ImportMark>(File.ReadAllText(PathOf(shop)), JsonSerializerOptions.Web)
            : null;

    public void Save(ShopFolder shop)
    {
        var next = PathOf(shop) + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
        File.Move(next, PathOf(shop), overwrite: true);
    }

    public bool IsOf(ImportMark other) => (Input, Opening, Orders) == (other.Input, other.Opening, other.Orders);

    private static string PathOf(ShopFolder shop) => Path.Combine(shop.Data, "import.json");
}
