using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests;

/// <summary>
/// The service over a database of its own, with a cup, and a delivery that can be sold but not stocked.
/// </summary>
public sealed class InventoryFixture : IAsyncLifetime
{
    internal InventoryDatabase Database { get; private set; } = null!;

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await InventoryDatabase.CreateAsync("cup", "delivery");
        await Sql.ScalarAsync<object>(Database.Names.App, "update items set stocked = false where sku = 'delivery'");
        Service = new ServiceHost<Program>(Database.Names.App);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
