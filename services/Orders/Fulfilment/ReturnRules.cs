using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Units of a return, and the decision about them.</summary>
internal sealed record DecidedUnits(string Sku, int Quantity, Disposition Disposition);

/// <summary>Decides about returned units.</summary>
internal static class ReturnRules
{
    /// <summary>The errors of a decision, which must name exactly the requested units; empty for a valid one.</summary>
    public static List<ValidationError> Check(
        IReadOnlyList<OrderedUnits> requested,
        IReadOnlyList<DecidedUnits> decided
    )
    {
        if (decided.Contains(null!) || decided.Any(d => d.Quantity < 1))
            return [new("/lines", "Each line must be an object with sku, quantity (1 or more) and disposition.")];
        var errors = new List<ValidationError>();
        foreach (var sku in requested.Select(r => r.Sku).Union(decided.Select(d => d.Sku), StringComparer.Ordinal))
        {
            var requestedUnits = requested.Where(r => r.Sku == sku).Sum(r => (long)r.Quantity);
            var decidedUnits = decided.Where(d => d.Sku == sku).Sum(d => (long)d.Quantity);
            if (requestedUnits != decidedUnits)
                errors.Add(
                    new(
                        "/lines",
                        $"The return has {requestedUnits} units of '{sku}'; the decision names {decidedUnits}."
                    )
                );
        }

        return errors;
    }

    /// <summary>True when both decide the same for as many units of each SKU, on however many lines.</summary>
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

    /// <summary>The units that are accepted and refunded.</summary>
    public static List<OrderedUnits> Accepted(IEnumerable<DecidedUnits> decided) =>
        [.. decided.Where(d => d.Disposition != Disposition.Refuse).Select(d => new OrderedUnits(d.Sku, d.Quantity))];
}
