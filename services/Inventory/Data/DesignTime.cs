using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Inventory.Data;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model without a database.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<InventoryDb>
{
    public InventoryDb CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<InventoryDb>()
                .UseShopNpgsql<InventoryDb>(NpgsqlDataSource.Create("Host=design-time"))
                .Options
        );
}
