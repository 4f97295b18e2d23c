using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.History.Model;

/// <summary>Creates the context for <c>dotnet ef migrations add</c>, which opens no connection.</summary>
internal sealed class HistoryDbContextFactory : IDesignTimeDbContextFactory<HistoryDbContext>
{
    public HistoryDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<HistoryDbContext>();
        options.UseShopNpgsql(NpgsqlDataSource.Create("Host=localhost;Database=history"));
        return new HistoryDbContext(options.Options);
    }
}
