using Dapr.Workflow;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>Ends the batch: one transaction confirms, rejects, expires or requeues its orders.</summary>
internal sealed class SettleOrders(
    SagaStore store,
    Dispatcher dispatcher,
    SagaOptions options,
    IFailpoints failpoints,
    TimeProvider time
) : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var owned = await store.GetOwnedAsync(input, CancellationToken.None);
        await failpoints.ReachAsync("settling");
        await store.WriteAsync(
            input,
            SagaRules.Settle(owned, time.GetUtcNow(), options.PayWithin),
            CancellationToken.None
        );
        await failpoints.ReachAsync("settled");
        dispatcher.FreeSlot(input);
        return true;
    }
}
