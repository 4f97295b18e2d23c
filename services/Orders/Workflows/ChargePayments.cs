using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;

namespace DaprShop.Orders.Workflows;

/// <summary>Captures the money of the batch's reserved orders by one call.</summary>
internal sealed class ChargePayments(SagaStore store, Downstream downstream) : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var due = (await store.OwnedAsync(input, CancellationToken.None)).Where(o => o.Status == OrderStatus.Reserved);
        var charges = due.Select(o => new ChargeOrder(o.Id, o.Total, o.PaymentToken)).ToList();
        if (charges.Count == 0) return false;
        var response = await downstream.AskAsync<ChargeRequest, ChargeResponse>(Apps.Payments, "charges", new ChargeRequest(charges));
        await store.WriteAsync(input, SagaSteps.AfterCharge(response.Outcomes), CancellationToken.None);
        return true;
    }
}
