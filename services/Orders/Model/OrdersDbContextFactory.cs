using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Orders.Model;

/// <summary>Lets <c>dotnet ef migrations add</c> read the model without a database.</summary>
internal sealed class OrdersDbContextFactory : IDesignTimeDbContextFactory<OrdersDbContext>
{
    public OrdersDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<OrdersDbContext>()
                .UseShopNpgsql<OrdersDbContext>(NpgsqlDataSource.Create("Host=design-time"))
                .Options
        );
}
