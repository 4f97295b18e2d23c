using DaprShop.Inventory.Actors;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>DELETE /waitlist/{sku}</c>: gives the caller's place in the line up. Who has an offer already declines that.</summary>
internal static class LeaveWaitlist
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/waitlist/{sku}", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Leave the waitlist of a SKU")
            .WithTags("Waitlist")
            .Produces<StockAnswers.InLine>();

    private static async Task<IResult> HandleAsync(
        string sku,
        IdempotencyKey key,
        Waitlists waitlists,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        Replies.Of(
            await waitlists.LeaveAsync(
                sku,
                new WaitlistWish(key.Value, IdempotencyKey.Fingerprint(context, ""), context.Name(), 0),
                cancellationToken
            ),
            context
        );
}
