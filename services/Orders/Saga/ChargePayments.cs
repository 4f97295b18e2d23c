using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Captures the money of the batch's reserved orders by one call, and tells which compensations the batch needs.
/// </summary>
internal sealed class ChargePayments(SagaStore store, ServiceInvoker services, SagaOptions options, TimeProvider time)
    : WorkflowActivity<Guid, NeededCompensations>
{
    public override async Task<NeededCompensations> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var owned = await store.GetOwnedAsync(input, CancellationToken.None);
        var reserved = owned.FindAll(o => o.Status == OrderStatus.Reserved);
        IReadOnlyList<ChargeOutcome> outcomes = [];
        if (reserved.Count > 0)
        {
            var response = await services.PostAsync<ChargeRequest, ChargeResponse>(
                Apps.Payments,
                "charges",
                new ChargeRequest(
                    reserved.ConvertAll(o => new ChargeOrder(o.Id, o.Total, o.PaymentToken, o.PaymentAttempt))
                ),
                CancellationToken.None
            );
            outcomes = response.Outcomes;
        }

        var charged = SagaRules.AfterCharge(outcomes, owned, time.GetUtcNow(), options.PayWithin);
        if (reserved.Count > 0 || charged.Declined.Count > 0)
            await store.WriteAsync(input, charged, CancellationToken.None);

        return SagaRules.AfterCharging(owned, charged, time.GetUtcNow(), options.PayWithin);
    }
}
