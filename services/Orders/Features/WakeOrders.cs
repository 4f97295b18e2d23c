using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Workflows;

namespace DaprShop.Orders.Features;

/// <summary>Inventory tells that stock has come for orders that wait for it. For sidecars only.</summary>
internal static class WakeOrders
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/wake",
                async (
                    WakeRequest request,
                    SagaStore store,
                    DispatchSignal dispatch,
                    CancellationToken cancellationToken
                ) =>
                {
                    await store.WakeAsync(request.OrderIds, cancellationToken);
                    dispatch.Raise();
                    return TypedResults.NoContent();
                }
            )
            .ExcludeFromDescription();
}
