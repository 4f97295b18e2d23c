using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.Orders.Tests;

/// <summary>
/// The service with a database of its own and fakes of its neighbours. No saga runs: it has no slots.
/// </summary>
public sealed class OrdersFixture : IAsyncLifetime
{
    internal OrdersDatabase Database { get; private set; } = null!;

    internal FakeServices Fakes { get; } = new(units: 100);

    internal ServiceHost<Program> Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await OrdersDatabase.CreateAsync();
        Service = new ServiceHost<Program>(
            Database.Names.App,
            services => services.AddSingleton(new ServiceInvoker(Fakes, NoFailpoints.Instance)),
            ("Saga:Slots", "0")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
