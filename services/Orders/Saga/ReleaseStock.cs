using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Compensates reserving: releases the stock of cancelled, declined, unpaid and undecided orders by one call. Inventory
/// remembers a release, so a late reservation of an abandoned batch is refused.
/// </summary>
internal sealed class ReleaseStock(
    SagaStore store,
    ServiceInvoker services,
    SagaOptions options,
    IFailpoints failpoints,
    TimeProvider time
) : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var owned = await store.GetOwnedAsync(input, CancellationToken.None);
        var orders = SagaRules.ToRelease(owned, time.GetUtcNow(), options.PayWithin);
        if (orders.Count > 0)
        {
            await services.PostAsync(
                Apps.Inventory,
                "reservations/release",
                new ReleaseRequest(orders),
                CancellationToken.None
            );
            await store.WriteAsync(input, new SagaStepResult { StockReleased = orders }, CancellationToken.None);
            await failpoints.ReachAsync("recorded-releases");
        }

        return true;
    }
}
