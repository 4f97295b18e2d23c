using Dapr.Workflow;

namespace DaprShop.Orders.Saga;

/// <summary>
/// The order saga, for a batch of one or many: reserve, charge, settle. The payload is the batch's id; what happened to each order
/// stands in the database, and each step may run twice.
/// </summary>
internal sealed class FulfilOrders : Workflow<Guid, bool>
{
    // An activity that keeps failing is given up when the watchdog has long given its orders to another batch.
    private static readonly WorkflowTaskOptions Patiently = new(
        new WorkflowRetryPolicy(
            maxNumberOfAttempts: 12,
            firstRetryInterval: TimeSpan.FromMilliseconds(250),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromSeconds(5)
        )
    );

    /// <summary>Runs the steps; compensations are part of settling.</summary>
    public override async Task<bool> RunAsync(WorkflowContext context, Guid input)
    {
        await context.CallActivityAsync(nameof(ReserveStock), input, Patiently);
        await context.CallActivityAsync(nameof(ChargePayments), input, Patiently);
        await context.CallActivityAsync(nameof(SettleOrders), input, Patiently);
        return true;
    }
}
