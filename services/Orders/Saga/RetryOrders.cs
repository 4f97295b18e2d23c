using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /ops/orders/{id}/retry</c>: an operator returns an order that needs attention to the saga. (To give it up is
/// <c>/cancel</c>.) <c>POST /ops/orders/retry</c>: returns all of them, after the cause is mended.
/// </summary>
internal static class RetryOrders
{
    public static async Task<Results<Ok<RetryStore.RetriedOrder>, ProblemHttpResult>> RetryAsync(
        Guid id,
        RetryStore orders,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (found, retried) = await orders.RetryAsync(id, context.Name(), cancellationToken);
        if (found is null)
            return Problems.NotFound($"order {id}");
        if (retried is not null)
            return TypedResults.Ok(retried);
        return Problems.Of(
            409,
            "not-needs-attention",
            $"The order is not in {OrderStatusNames.NeedsAttention}",
            $"The order is {found.Status.Name()}. Only orders in {OrderStatusNames.NeedsAttention} can be retried.",
            ("orderStatus", found.Status.Name()),
            ("allowed", OrderActions.Retry.FromNames)
        );
    }

    public static async Task<Ok<RetryStore.RetriedOrders>> RetryAllAsync(
        RetryStore orders,
        HttpContext context,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await orders.RetryAllAsync(context.Name(), cancellationToken));
}
