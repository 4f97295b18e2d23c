using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Orders.Tests;

/// <summary>The saga without its engine: each step as a call.</summary>
internal static class SagaRun
{
    public static async Task RunAsync(OrdersDatabase db, FakeHouse house, Guid batch)
    {
        foreach (var step in Steps(db, house))
            await step(batch);
    }

    public static SagaOptions Settings() => new(new ConfigurationBuilder().Build());

    public static Func<Guid, Task>[] Steps(OrdersDatabase db, FakeHouse house)
    {
        var downstream = new Downstream(house);
        var settings = Settings();
        var dispatcher = new Dispatcher(
            db.Store,
            settings,
            null!,
            new DispatchSignal(),
            TimeProvider.System,
            NullLogger<Dispatcher>.Instance
        );
        return
        [
            batch => new ReserveStock(db.Store, downstream).RunAsync(null!, batch),
            batch => new ChargePayments(db.Store, downstream, settings, TimeProvider.System).RunAsync(null!, batch),
            batch =>
                new SettleOrders(db.Store, downstream, dispatcher, settings, TimeProvider.System).RunAsync(
                    null!,
                    batch
                ),
        ];
    }
}
