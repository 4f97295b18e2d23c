using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>DELETE /holds/{id}</c>: gives a hold's units back at once. <c>DELETE /waitlist/offers/{id}</c>: declines an offer, so that the next in line gets it.</summary>
internal static class ReleaseHold
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapDelete("/holds/{id:guid}", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Give a hold's units back")
            .WithTags("Holds")
            .Produces<StockAnswers.HoldAnswer>();
        routes
            .MapDelete("/waitlist/offers/{id:guid}", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Decline an offer: the next in line gets it")
            .WithTags("Waitlist")
            .Produces<StockAnswers.HoldAnswer>();
    }

    private static async Task<IResult> HandleAsync(
        Guid id,
        IdempotencyKey key,
        StockCommands stock,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        Replies.Of(
            await stock.RunAsync<Answer>(
                new Domain.ReleaseHold(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, ""),
                    id,
                    context.Owner(),
                    context.Name()
                ),
                cancellationToken
            ),
            context
        );
}
