using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>Captures the money of the batch's reserved orders by one call.</summary>
internal sealed class ChargePayments(SagaStore store, Downstream downstream, SagaOptions settings, TimeProvider time)
    : WorkflowActivity<Guid, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var due = (await store.OwnedAsync(input, CancellationToken.None)).FindAll(o =>
            o.Status == OrderStatus.Reserved
        );
        if (due.Count == 0)
            return false;
        var charges = due.ConvertAll(o => new ChargeOrder(o.Id, o.Total, o.PaymentToken));
        var response = await downstream.AskAsync<ChargeRequest, ChargeResponse>(
            Apps.Payments,
            "charges",
            new ChargeRequest(charges)
        );
        await store.WriteAsync(
            input,
            SagaRules.AfterCharge(response.Outcomes, due, time.GetUtcNow(), settings.PayWithin),
            CancellationToken.None
        );
        return true;
    }
}
