using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Orders.Data;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model without a database.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<OrdersDb>
{
    public OrdersDb CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<OrdersDb>()
                .UseShopNpgsql<OrdersDb>(NpgsqlDataSource.Create("Host=design-time"))
                .Options
        );
}
