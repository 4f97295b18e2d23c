using DaprShop.Inventory.Actors;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /waitlist/{sku}</c>: a place in the line for a SKU. Who comes when units are there is offered them at once.</summary>
internal static class JoinWaitlist
{
    internal sealed record Request(int Quantity = 1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/waitlist/{sku}", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Wait for units of a SKU")
            .WithTags("Waitlist")
            .Produces<StockAnswers.InLine>();

    private static async Task<IResult> HandleAsync(
        string sku,
        Request request,
        IdempotencyKey key,
        Waitlists waitlists,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Quantity is < 1 or > Limits.MaxQuantity)
            return Problems.Invalid([new("/quantity", $"A quantity is 1 to {Limits.MaxQuantity}.")]);
        var wish = new WaitlistWish(
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            context.Name(),
            request.Quantity
        );
        return Replies.Of(await waitlists.JoinAsync(sku, wish, cancellationToken), context);
    }
}
