using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Compensates charging: refunds cancelled and unpaid orders by one call. Payments remembers a refund, so a late charge
/// of an abandoned batch is refused.
/// </summary>
internal sealed class RefundPayments(
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
        var orders = SagaRules.ToRefund(owned, time.GetUtcNow(), options.PayWithin);
        if (orders.Count > 0)
        {
            await services.PostAsync(Apps.Payments, "refunds", new RefundRequest(orders), CancellationToken.None);
            await store.WriteAsync(input, new SagaStepResult { Refunded = orders }, CancellationToken.None);
            await failpoints.ReachAsync("recorded-refunds");
        }

        return true;
    }
}
