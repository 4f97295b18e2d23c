using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Inventory.Model;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model without a database.</summary>
internal sealed class InventoryDbContextFactory : IDesignTimeDbContextFactory<InventoryDbContext>
{
    public InventoryDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<InventoryDbContext>()
                .UseShopNpgsql(NpgsqlDataSource.Create("Host=design-time"))
                .Options
        );
}
