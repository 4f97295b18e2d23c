using DaprShop.Contracts;
using DaprShop.Orders.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /sagas/resume</c>: Inventory has allocated stock to backordered orders, or the payment provider has
/// answered late. Called through the sidecar only.
/// </summary>
internal static class ResumeOrders
{
    public static async Task<NoContent> HandleAsync(
        ResumeOrdersRequest request,
        SagaStore store,
        DispatchSignal dispatch,
        CancellationToken cancellationToken
    )
    {
        await store.ResumeAsync(request.OrderIds, cancellationToken);
        dispatch.Raise();
        return TypedResults.NoContent();
    }
}
