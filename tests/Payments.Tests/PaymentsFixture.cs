using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Payments.Tests;

/// <summary>The service on its own migrated database.</summary>
public sealed class PaymentsFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("payments", owner =>
            ServiceDefaults.Database.MigrateAsync<PaymentsDbContext>(owner, o => new PaymentsDbContext(o))
        );
        Service = new ServiceHost<Program>(Database.App);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await LoggedEvents.AreAsDescribedAsync(Database.App);
    }
}
