using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Allocates stock to the batch's orders, by one call to Inventory unless the request would exceed what services
/// accept.
/// </summary>
internal sealed class ReserveStock(SagaStore store, ServiceInvoker services) : WorkflowActivity<Guid, bool>
{
    /// <summary>
    /// Lines per call, at most, except for a single order with more. With the longest SKUs, escaped, a line has 430
    /// bytes.
    /// </summary>
    public const int MaxLines = (int)(ShopService.MaxBodySize / 500);

    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var orders = await store.GetOrdersToReserveAsync(input, CancellationToken.None);
        foreach (var part in Split(orders))
        {
            var response = await services.PostAsync<ReserveRequest, ReserveResponse>(
                Apps.Inventory,
                "reservations",
                new ReserveRequest([.. part.Select(o => o.Order)]),
                CancellationToken.None
            );
            await store.WriteAsync(
                input,
                SagaRules.AfterReserve(response.Outcomes.Zip(part, (outcome, order) => (outcome, order.Status))),
                CancellationToken.None
            );
        }

        return true;
    }

    private static IEnumerable<List<OrderToReserve>> Split(List<OrderToReserve> orders)
    {
        var (part, lines) = (new List<OrderToReserve>(), 0);
        foreach (var order in orders)
        {
            lines += order.Order.Lines.Count;
            if (part.Count > 0 && lines > MaxLines)
            {
                yield return part;
                (part, lines) = ([], order.Order.Lines.Count);
            }

            part.Add(order);
        }

        if (part.Count > 0)
            yield return part;
    }
}
