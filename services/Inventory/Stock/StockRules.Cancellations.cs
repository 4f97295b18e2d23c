using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Units that a part of an order no longer needs.</summary>
internal sealed partial class StockRules
{
    /// <summary>
    /// Releases units of an order: first those it waits for, then allocated ones, those first whose location has too few.
    /// A released unit that a count did not find is no longer promised, so its shortage ends; the others are for sale.
    /// </summary>
    private StockResponses.ReleasedUnitsResponse Decide(ReleaseUnitsCommand release)
    {
        if (Find(release.OrderId) is not { IsClaiming: true } reservation)
            return new StockResponses.ReleasedUnitsResponse(release.OrderId, [], []);
        var cause = release.Because(release.OrderId.ToString());
        List<OrderedUnits> noLongerAwaited = [];
        List<AllocationPart> released = [];
        var open = OpenPartsOf(release.OrderId);
        foreach (var (sku, quantity) in SumBySku(release.Lines))
        {
            var left = quantity;
            if (_backorders.Find(release.OrderId, sku) is { } waiting)
            {
                var units = (int)Math.Min(left, waiting.Left);
                Put(Reduce(waiting, units));
                noLongerAwaited.Add(new OrderedUnits(sku, units));
                left -= units;
            }

            foreach (
                var (part, units) in open.Where(p => p.Sku == sku)
                    .SelectMany(MissingFirst)
                    .OrderByDescending(p => p.IsMissing)
                    .Select(p => (p.Part, p.Units))
            )
            {
                var taken = Math.Min(left, units);
                left -= taken;
                if (taken > 0)
                    released.Add(part with { Quantity = taken });
            }
        }

        released =
        [
            .. released
                .GroupBy(p => (p.Sku, p.Location), p => p.Quantity)
                .Select(g => new AllocationPart(g.Key.Sku, g.Key.Location, g.Sum())),
        ];
        Move(() =>
        {
            foreach (var (sku, location, quantity) in released)
                _stock.Move(
                    sku,
                    location,
                    MovementKind.Released,
                    -quantity,
                    new(Allocated: -quantity),
                    cause,
                    release.Number
                );
        });

        // The allocation itself is never rewritten. What is released of it is a row below zero, which every sum counts.
        Allocations.AddRange(
            released.Select(p => new Allocation(
                release.OrderId,
                p.Sku,
                p.Location,
                -checked((int)p.Quantity),
                -release.Number
            ))
        );
        foreach (var (sku, quantity) in SumBySku(noLongerAwaited))
            Count(reservation.Customer, sku, -quantity);
        foreach (var part in released)
            Count(reservation.Customer, part.Sku, -part.Quantity);
        if (noLongerAwaited.Count > 0 && !HasOpenBackorders(release.OrderId))
            FilledOrders.Add(release.OrderId);
        ServeQueue(release.Skus);
        return new StockResponses.ReleasedUnitsResponse(release.OrderId, released, noLongerAwaited);
    }

    /// <summary>A backorder of fewer units; it is over where none of them is left to wait for.</summary>
    private static Backorder Reduce(Backorder waiting, int units) =>
        waiting.Left > units ? waiting with { Quantity = waiting.Quantity - units }
        : waiting.Filled == 0 ? waiting with { State = BackorderState.Cancelled }
        : waiting with { Quantity = waiting.Filled, State = BackorderState.Filled };

    /// <summary>The units of a part that are missing at its location, and the others.</summary>
    private IEnumerable<(AllocationPart Part, long Units, bool IsMissing)> MissingFirst(AllocationPart part)
    {
        var missing = Math.Min(part.Quantity, _stock.Find(part.Sku, part.Location).Missing);
        return [(part, missing, true), (part, part.Quantity - missing, false)];
    }
}
