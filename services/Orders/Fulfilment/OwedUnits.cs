using DaprShop.Messaging;
using DaprShop.Orders.Placing;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// Tells the units that an order owes from the services on it, as it was decided when the order was accepted. What the
/// items are today makes no difference.
/// </summary>
internal sealed class OwedUnits(NpgsqlDataSource database, Catalogue catalogue)
{
    private const string Lines =
        "select sku, bool_and(stocked) as stocked from order_lines where order_id = $1 group by sku";

    /// <summary>Those of <paramref name="units"/> that leave the stock, or come back to it.</summary>
    public async Task<List<T>> OfAsync<T>(
        Guid orderId,
        IReadOnlyList<T> units,
        Func<T, string> sku,
        CancellationToken cancellationToken
    )
    {
        var lines = await database.QueryAsync<LineRow>(Lines, [orderId], cancellationToken);
        var decided = lines.ToDictionary(l => l.Sku, l => l.Stocked, StringComparer.Ordinal);

        // Orders accepted before the decision was recorded with the line.
        var undecided = units.Select(sku).Where(s => decided.GetValueOrDefault(s) is null).ToList();
        var items = undecided.Count == 0 ? null : await catalogue.FindAsync(undecided, cancellationToken);
        return
        [
            .. units.Where(u =>
                decided.GetValueOrDefault(sku(u)) ?? items?.GetValueOrDefault(sku(u))?.Stocked != false
            ),
        ];
    }

    private sealed record LineRow(string Sku, bool? Stocked);
}
