using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Features;

/// <summary>Tells Orders of an offer that a customer wants to take. For sidecars only.</summary>
internal static class FindOffer
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/internal/offers/{id:guid}", HandleAsync).ExcludeFromDescription();

    private static async Task<Results<Ok<Offer>, ProblemHttpResult>> HandleAsync(Guid id, HoldReader holds, CancellationToken cancellationToken) =>
        await holds.FindAsync(id, cancellationToken) is { EntryId: not null } hold
            ? TypedResults.Ok(new Offer(hold.Id, hold.Customer,
                [.. hold.Lines.GroupBy(l => l.Sku).Select(g => new OrderedUnits(g.Key, checked((int)g.Sum(l => l.Quantity))))], hold.ExpiresAt, Enum.Parse<OfferState>(hold.State.ToString())))
            : Problems.NotFound($"offer {id}");
}
