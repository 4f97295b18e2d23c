using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.Orders.Tests;

/// <summary>
/// The service over a database of its own, with a small house behind it. No saga runs: its slots are none.
/// </summary>
public sealed class OrdersFixture : IAsyncLifetime
{
    internal OrdersDatabase Database { get; private set; } = null!;

    internal FakeHouse House { get; } = new(units: 100);

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await OrdersDatabase.CreateAsync();
        Service = new ServiceHost<Program>(
            Database.Names.App,
            services => services.AddSingleton(new ServiceInvoker(House, NoFailpoints.Instance)),
            ("Saga:Slots", "0")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
