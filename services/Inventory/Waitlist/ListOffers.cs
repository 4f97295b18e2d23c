using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Waitlist;

/// <summary><c>GET /waitlist/offers</c>: open offers of the caller.</summary>
internal static class ListOffers
{
    internal sealed record Entry(Guid Id, string Sku, long Quantity, DateTimeOffset ExpiresAt);

    internal sealed record Offers(IReadOnlyList<Entry> Items);

    public static async Task<Ok<Offers>> HandleAsync(
        HoldQueries holds,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new Offers([
                .. (await holds.OffersOfCustomerAsync(context.Name(), cancellationToken)).Select(o => new Entry(
                    o.Id,
                    o.Lines[0].Sku,
                    o.Left.Sum(l => l.Quantity),
                    o.ExpiresAt
                )),
            ])
        );
}
