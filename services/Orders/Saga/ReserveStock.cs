using Dapr.Workflow;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>Allocates the batch's stock by one call, and moves its orders on by one transaction; by more where a call would be larger than services take.</summary>
internal sealed class ReserveStock(SagaStore store, Downstream downstream) : WorkflowActivity<Guid, bool>
{
    /// <summary>Lines per call, at most, but for an order that has more alone. With the longest SKUs, escaped, a line has 430 bytes.</summary>
    public const int MaxLines = (int)(ShopService.MaxBodySize / 500);

    public override async Task<bool> RunAsync(WorkflowActivityContext context, Guid input)
    {
        var orders = await store.OwnedLinesAsync(input, CancellationToken.None);
        if (orders.Count == 0)
            return false;
        foreach (var part in Parts(orders))
        {
            var response = await downstream.AskAsync<ReserveRequest, ReserveResponse>(
                Apps.Inventory,
                "reservations",
                new ReserveRequest([.. part.Select(o => o.Order)])
            );
            await store.WriteAsync(
                input,
                SagaRules.AfterReserve(response.Outcomes.Zip(part, (outcome, order) => (outcome, order.Status))),
                CancellationToken.None
            );
        }

        return true;
    }

    private static IEnumerable<List<(ReserveOrder Order, OrderStatus Status)>> Parts(
        List<(ReserveOrder Order, OrderStatus Status)> orders
    )
    {
        var (part, lines) = (new List<(ReserveOrder, OrderStatus)>(), 0);
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
