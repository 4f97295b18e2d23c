using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Orders.Tests;

/// <summary>The saga without a workflow engine: each activity as a call.</summary>
internal static class SagaRun
{
    /// <summary>Runs the activities that the workflow would schedule.</summary>
    public static async Task RunAsync(OrdersDatabase db, FakeServices fakes, Guid batch)
    {
        var activities = new SagaActivities(db, fakes);
        await activities.ReserveAsync(batch);
        var needed = await activities.ChargeAsync(batch);
        if (needed.Refund)
            await activities.RefundAsync(batch);
        if (needed.Release)
            await activities.ReleaseAsync(batch);
        await activities.SettleAsync(batch);
    }

    /// <summary>All activities, in the sequence of the workflow.</summary>
    public static Func<Guid, Task>[] Activities(OrdersDatabase db, FakeServices fakes)
    {
        var activities = new SagaActivities(db, fakes);
        return
        [
            activities.ReserveAsync,
            activities.ChargeAsync,
            activities.RefundAsync,
            activities.ReleaseAsync,
            activities.SettleAsync,
        ];
    }

    private sealed class SagaActivities(OrdersDatabase db, FakeServices fakes)
    {
        private readonly ServiceInvoker _services = new(fakes, NoFailpoints.Instance);
        private readonly SagaOptions _options = new();
        private readonly Dispatcher _dispatcher = new(
            db.Store,
            new BatchingControl(new SagaOptions()),
            null!,
            new DispatchSignal(),
            TimeProvider.System,
            NullLogger<Dispatcher>.Instance
        );

        public Task ReserveAsync(Guid batch) => new ReserveStock(db.Store, _services).RunAsync(null!, batch);

        public Task<NeededCompensations> ChargeAsync(Guid batch) =>
            new ChargePayments(db.Store, _services, _options, TimeProvider.System).RunAsync(null!, batch);

        public Task RefundAsync(Guid batch) =>
            new RefundPayments(db.Store, _services, _options, NoFailpoints.Instance, TimeProvider.System).RunAsync(
                null!,
                batch
            );

        public Task ReleaseAsync(Guid batch) =>
            new ReleaseStock(db.Store, _services, _options, NoFailpoints.Instance, TimeProvider.System).RunAsync(
                null!,
                batch
            );

        public Task SettleAsync(Guid batch) =>
            new SettleOrders(db.Store, _dispatcher, _options, NoFailpoints.Instance, TimeProvider.System).RunAsync(
                null!,
                batch
            );
    }
}
