using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>What leaves with an order, and what comes back of it.</summary>
internal sealed partial class StockRules
{
    private StockResponses.Shipped Decide(ShipCommand ship)
    {
        if (Find(ship.OrderId) is not { State: ReservationState.Allocated or ReservationState.Backordered })
            return Refused("No stock is allocated to the order.");
        var open = OpenOf(ship.OrderId);
        var lines = ship.Lines is null ? open : From(open, ship.Lines);
        if (
            ship
                .Lines?.GroupBy(l => l.Sku)
                .FirstOrDefault(g =>
                    g.Sum(l => (long)l.Quantity) > lines.Where(p => p.Sku == g.Key).Sum(p => p.Quantity)
                ) is
            { } tooMany
        )
            return Refused($"So many units of {tooMany.Key} are not allocated to the order there.");

        // A count may have found fewer units than are allocated.
        if (lines.FirstOrDefault(l => Sellable(l) < l.Quantity) is { Sku: not null } missing)
            return Refused(
                $"Of {missing.Sku}, {Sellable(missing)} of {missing.Quantity} units are at {missing.Location}: a count has found fewer than are promised."
            );

        Move(() =>
        {
            foreach (var (sku, location, quantity) in lines)
            {
                var shipped = _known.Shipped.GetValueOrDefault((ship.OrderId, sku, location));
                _stock.Move(
                    sku,
                    location,
                    MovementKind.Shipped,
                    -quantity,
                    new(OnHand: -quantity, Allocated: -quantity),
                    ship.Because(ship.OrderId.ToString()),
                    shipped
                );
                Shipments.Add(new Allocation(ship.OrderId, sku, location, checked((int)quantity), shipped));
                _known.Shipped[(ship.OrderId, sku, location)] = shipped + quantity;
            }
        });
        return new StockResponses.Shipped(ship.OrderId, lines, null);

        // An answer like any other, so that a request that is repeated late cannot ship what the order has been told of as refused.
        StockResponses.Shipped Refused(string why) => new(ship.OrderId, [], why);

        long Sellable(AllocationPart line)
        {
            var there = _stock.Find(line.Sku, line.Location).Quantities;
            return Math.Max(there.OnHand - there.Unavailable, 0);
        }
    }

    /// <summary>The units of <paramref name="open"/> that are to leave, as far as they are there: what is wanted from a place first, then the rest from wherever it is.</summary>
    private static List<AllocationPart> From(List<AllocationPart> open, IReadOnlyList<ShippedUnits> wanted)
    {
        var left = open.ToDictionary(p => (p.Sku, p.Location), p => p.Quantity);
        var taken = new Dictionary<(string Sku, string Location), long>();
        foreach (var line in wanted.OrderBy(l => l.Location is null))
        {
            var still = (long)line.Quantity;
            foreach (
                var (sku, location, _) in open.Where(p =>
                    p.Sku == line.Sku && (line.Location ?? p.Location) == p.Location
                )
            )
            {
                var part = Math.Min(still, left[(sku, location)]);
                if (part == 0)
                    continue;
                taken[(sku, location)] = taken.GetValueOrDefault((sku, location)) + part;
                left[(sku, location)] -= part;
                still -= part;
            }
        }

        return [.. taken.Select(t => new AllocationPart(t.Key.Sku, t.Key.Location, t.Value))];
    }

    /// <summary>What comes back is on hand again, whatever becomes of it: the ledger tells both.</summary>
    private object Decide(ReturnCommand takeBack)
    {
        if (CheckStocked(takeBack.Lines.Select(l => l.Sku)) is { } refusal)
            return refusal;
        var cause = takeBack.Because(takeBack.OrderId.ToString());
        Move(() =>
        {
            foreach (var line in takeBack.Lines.GroupBy(l => (l.Sku, Location: l.Location!)))
            {
                var (sku, location) = line.Key;
                Book(MovementKind.Returned, line.Sum(l => (long)l.Quantity), q => new(OnHand: q), cause);
                Book(
                    MovementKind.Withheld,
                    Units(Disposition.Damaged),
                    q => new(Unavailable: q),
                    cause with
                    {
                        Reason = "damaged",
                    }
                );
                Book(
                    MovementKind.Adjusted,
                    -Units(Disposition.Discard),
                    q => new(OnHand: q),
                    cause with
                    {
                        Reason = "discarded",
                    }
                );

                long Units(Disposition disposition) =>
                    line.Where(l => l.Disposition == disposition).Sum(l => (long)l.Quantity);

                void Book(MovementKind kind, long quantity, Func<long, Quantities> change, Cause because)
                {
                    if (quantity != 0)
                        _stock.Move(sku, location, kind, quantity, change(quantity), because, takeBack.Number);
                }
            }
        });
        Serve(takeBack.Skus);
        return new StockResponses.Booked(
            takeBack.OrderId.ToString(),
            Levels(takeBack.Lines.Select(l => (l.Sku, l.Location!)))
        );
    }
}
