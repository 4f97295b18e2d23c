namespace DaprShop.Inventory.Stock;

/// <summary>Units that an order or a hold claims at a level.</summary>
/// <param name="Customer">The owner of a hold; null for an order.</param>
internal readonly record struct LevelClaim(Guid Id, string? Customer, long Quantity)
{
    private const int MaxNamed = 100;

    /// <summary>
    /// The newest of the claims on a level that together cover the missing units, 100 at most: the latest is served last.
    /// Ids are in the order of their time.
    /// </summary>
    public static List<LevelClaim> Newest(IEnumerable<LevelClaim> claims, long missing)
    {
        var newest = new List<LevelClaim>();
        foreach (var claim in claims.Where(c => c.Quantity > 0).OrderByDescending(c => c.Id).Take(MaxNamed))
        {
            if (missing <= 0)
                break;
            newest.Add(claim with { Quantity = Math.Min(claim.Quantity, missing) });
            missing -= claim.Quantity;
        }

        return newest;
    }
}
