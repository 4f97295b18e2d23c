using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Units of a return, and what becomes of them.</summary>
internal sealed record DecidedUnits(string Sku, int Quantity, Disposition Disposition);

/// <summary>Decides about what customers send back. Pure.</summary>
internal static class ReturnRules
{
    /// <summary>What is wrong with a decision: it must name exactly the units that were to come back. Empty when nothing is.</summary>
    public static List<ValidationError> Check(IReadOnlyList<OrderedUnits> requested, IReadOnlyList<DecidedUnits> decided)
    {
        var complaints = new List<ValidationError>();
        if (decided.Contains(null!) || decided.Any(d => d.Quantity < 1))
            return [new("/lines", "A line is an object with sku, quantity (1 or more) and disposition.")];
        foreach (var sku in requested.Select(r => r.Sku).Union(decided.Select(d => d.Sku), StringComparer.Ordinal))
        {
            var (asked, answered) = (
                requested.Where(r => r.Sku == sku).Sum(r => (long)r.Quantity),
                decided.Where(d => d.Sku == sku).Sum(d => (long)d.Quantity)
            );
            if (asked != answered)
                complaints.Add(
                    new("/lines", $"{asked} units of '{sku}' were to come back; the decision is about {answered}.")
                );
        }

        return complaints;
    }

    /// <summary>Whether the same becomes of as many units, on however many lines.</summary>
    public static bool AreSame(IEnumerable<DecidedUnits> one, IEnumerable<DecidedUnits> other)
    {
        return Sums(one).SetEquals(Sums(other));

        static HashSet<(string, Disposition, int)> Sums(IEnumerable<DecidedUnits> units) =>
            [
                .. units
                    .GroupBy(u => (u.Sku, u.Disposition))
                    .Select(g => (g.Key.Sku, g.Key.Disposition, g.Sum(u => u.Quantity))),
            ];
    }

    /// <summary>The units that are taken back, and refunded.</summary>
    public static List<OrderedUnits> Accepted(IEnumerable<DecidedUnits> decided) =>
        [.. decided.Where(d => d.Disposition != Disposition.Refuse).Select(d => new OrderedUnits(d.Sku, d.Quantity))];
}
