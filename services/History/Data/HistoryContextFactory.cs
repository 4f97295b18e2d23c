using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace DaprShop.History.Data;

/// <summary>For <c>dotnet ef migrations add</c>; it connects to nothing.</summary>
internal sealed class HistoryContextFactory : IDesignTimeDbContextFactory<HistoryContext>
{
    public HistoryContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<HistoryContext>();
        options.UseShopNpgsql(NpgsqlDataSource.Create("Host=localhost;Database=history"));
        return new HistoryContext(options.Options);
    }
}
