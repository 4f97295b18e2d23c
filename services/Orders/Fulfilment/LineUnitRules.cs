using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Decides which units of an order can be shipped or returned.</summary>
internal static class LineUnitRules
{
    /// <summary>The units that <paramref name="room"/> counts, summed by SKU.</summary>
    public static List<OrderedUnits> All(IEnumerable<LineUnits> lines, Func<LineUnits, int> room) =>
        [
            .. lines
                .GroupBy(l => l.Sku, room, StringComparer.Ordinal)
                .Select(g => new OrderedUnits(g.Key, g.Sum()))
                .Where(u => u.Quantity > 0),
        ];

    /// <summary>The SKUs of which more is wanted than <paramref name="room"/> counts.</summary>
    public static List<Shortage> Excess(
        IEnumerable<LineUnits> lines,
        IEnumerable<OrderedUnits> wanted,
        Func<LineUnits, int> room
    )
    {
        var there = All(lines, room).ToDictionary(u => u.Sku, u => u.Quantity, StringComparer.Ordinal);
        return
        [
            .. wanted
                .GroupBy(u => u.Sku, StringComparer.Ordinal)
                .Select(g => new Shortage(g.Key, g.Sum(u => (long)u.Quantity), there.GetValueOrDefault(g.Key)))
                .Where(s => s.Requested > s.Available),
        ];
    }

    /// <summary>
    /// Distributes the wanted units over the lines; a SKU on several lines fills them in their sequence.
    /// </summary>
    public static List<(LineUnits Line, int Units)> Spread(
        IReadOnlyList<LineUnits> lines,
        IEnumerable<OrderedUnits> wanted,
        Func<LineUnits, int> room
    )
    {
        var spread = new List<(LineUnits, int)>();
        foreach (var sku in wanted.GroupBy(u => u.Sku, u => u.Quantity, StringComparer.Ordinal))
        {
            var left = sku.Sum();
            foreach (var line in lines.Where(l => l.Sku == sku.Key).OrderBy(l => l.Line))
            {
                var units = Math.Min(left, room(line));
                if (units > 0)
                    spread.Add((line, units));
                left -= Math.Max(units, 0);
            }
        }

        return spread;
    }

    /// <summary>The price of the units, in GBP.</summary>
    public static decimal Worth(IEnumerable<(LineUnits Line, int Units)> spread) =>
        spread.Sum(s => s.Units * s.Line.UnitPrice);
}
