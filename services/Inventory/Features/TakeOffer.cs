using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Features;

/// <summary>
/// Orders places an order with an offer. From now on the offer stands for as long as a saga may take: who accepts in time gets the units. Asked
/// again, it tells the same, whatever has become of the offer since. For sidecars only.
/// </summary>
internal static class TakeOffer
{
    private static readonly TimeSpan SagaTakes = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/internal/offers/{id:guid}/take",
                async (
                    Guid id,
                    TakeOfferRequest request,
                    StockCommands stock,
                    TimeProvider time,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) =>
                    Replies.Of(
                        await stock.RunAsync<Answer>(
                            new Domain.TakeOffer(id, request.Customer, time.GetUtcNow() + SagaTakes),
                            cancellationToken
                        ),
                        context
                    )
            )
            .ExcludeFromDescription();
}
