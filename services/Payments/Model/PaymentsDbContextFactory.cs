using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.Payments.Model;

/// <summary>Creates the context for <c>dotnet ef migrations add</c>, which opens no connection.</summary>
internal sealed class PaymentsDbContextFactory : IDesignTimeDbContextFactory<PaymentsDbContext>
{
    public PaymentsDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<PaymentsDbContext>();
        options.UseShopNpgsql(NpgsqlDataSource.Create("Host=localhost;Database=payments"));
        return new PaymentsDbContext(options.Options);
    }
}
