using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Ends the batch. First the compensations, in reverse: refund, then release; Payments and Inventory remember them, so that a late
/// charge or reserve of a zombie takes nothing. Then one transaction confirms, rejects, or puts back.
/// </summary>
internal sealed class SettleOrders(
    SagaStore store,
    Downstream downstream,
    Dispatcher dispatcher,
    SagaOptions settings,
    TimeProvider time
) : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var owned = await store.OwnedAsync(input, CancellationToken.None);
        var now = time.GetUtcNow();
        if (SagaRules.ToRefund(owned, now, settings.PayWithin) is { Count: > 0 } refunds)
            await downstream.TellAsync(Apps.Payments, "refunds", new RefundRequest(refunds));
        if (SagaRules.ToRelease(owned, now, settings.PayWithin) is { Count: > 0 } releases)
            await downstream.TellAsync(Apps.Inventory, "reservations/release", new ReleaseRequest(releases));
        await Steps.ReachAsync("settling");
        await store.WriteAsync(input, SagaRules.Settle(owned, now, settings.PayWithin), CancellationToken.None);
        await Steps.ReachAsync("settled");
        dispatcher.Finished(input);
        return true;
    }
}
