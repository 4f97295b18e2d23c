using Dapr.Workflow;

namespace DaprShop.Orders.Saga;

/// <summary>
/// The order saga, for a batch of one or many orders: reserve, charge, compensate where needed (refund, then release),
/// settle. The payload is the batch's id. The database holds the outcome of each order, and every activity may run
/// twice.
/// </summary>
internal sealed class FulfilOrders : Workflow<Guid, bool>
{
    // The pauses add up to 38 s. The watchdog abandons the batch after 30 s without progress: later retries change
    // nothing.
    private static readonly WorkflowTaskOptions Retries = new(
        new WorkflowRetryPolicy(
            maxNumberOfAttempts: 12,
            firstRetryInterval: TimeSpan.FromMilliseconds(250),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromSeconds(5)
        )
    );

    public override async Task<bool> RunAsync(WorkflowContext context, Guid input)
    {
        await context.CallActivityAsync(nameof(ReserveStock), input, Retries);
        var needed = await context.CallActivityAsync<NeededCompensations>(nameof(ChargePayments), input, Retries);
        if (needed.Refund)
            await context.CallActivityAsync(nameof(RefundPayments), input, Retries);
        if (needed.Release)
            await context.CallActivityAsync(nameof(ReleaseStock), input, Retries);
        await context.CallActivityAsync(nameof(SettleOrders), input, Retries);
        return true;
    }
}
