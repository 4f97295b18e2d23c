using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Payments.Data;

/// <summary>For <c>dotnet ef migrations add</c>; it connects to nothing.</summary>
internal sealed class PaymentsContextFactory : IDesignTimeDbContextFactory<PaymentsContext>
{
    public PaymentsContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<PaymentsContext>();
        options.UseShopNpgsql(NpgsqlDataSource.Create("Host=localhost;Database=payments"));
        return new PaymentsContext(options.Options);
    }
}
