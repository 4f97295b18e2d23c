using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;

namespace DaprShop.Orders.Workflows;

/// <summary>Allocates the batch's stock by one call, and moves its orders on by one transaction.</summary>
internal sealed class ReserveStock(SagaStore store, Downstream downstream) : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var orders = await store.OwnedLinesAsync(input, CancellationToken.None);
        if (orders.Count == 0) return false;
        var response = await downstream.AskAsync<ReserveRequest, ReserveResponse>(Apps.Inventory, "reservations", new ReserveRequest([.. orders.Select(o => o.Order)]));
        await store.WriteAsync(input, SagaSteps.AfterReserve(response.Outcomes.Zip(orders, (outcome, order) => (outcome, order.Status))), CancellationToken.None);
        return true;
    }
}
