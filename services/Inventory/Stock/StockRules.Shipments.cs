using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Shipments and returns of orders.</summary>
internal sealed partial class StockRules
{
    private StockResponses.ShipmentResponse Decide(ShipCommand ship)
    {
        if (Find(ship.OrderId) is not { State: ReservationState.Allocated or ReservationState.Backordered })
            return Refused("No stock is allocated to the order.");
        var open = OpenPartsOf(ship.OrderId);
        var lines = ship.Lines is null ? open : SelectParts(open, ship.Lines);
        if (
            ship
                .Lines?.GroupBy(l => l.Sku)
                .FirstOrDefault(g =>
                    g.Sum(l => (long)l.Quantity) > lines.Where(p => p.Sku == g.Key).Sum(p => p.Quantity)
                ) is
            { } tooMany
        )
        {
            var allocated = lines.Where(p => p.Sku == tooMany.Key).Sum(p => p.Quantity);
            var inAll = open.Where(p => p.Sku == tooMany.Key).Sum(p => p.Quantity);
            return Refused(
                inAll == allocated
                    ? $"Only {allocated} of the requested units of '{tooMany.Key}' are allocated to the order."
                    : $"Only {allocated} of the requested units of '{tooMany.Key}' are allocated to the order at the "
                        + $"locations that the request names; {inAll} are allocated to it in all."
            );
        }

        // A count may have found fewer units than are allocated.
        if (lines.FirstOrDefault(l => Sellable(l) < l.Quantity) is { Sku: not null } missing)
            return Refused(
                $"Only {Sellable(missing)} of {missing.Quantity} units of '{missing.Sku}' are at "
                    + $"'{missing.Location}': a count found fewer than are promised."
            );

        Move(() =>
        {
            foreach (var (sku, location, quantity) in lines)
            {
                var shipped = _loaded.ShippedUnits.GetValueOrDefault((ship.OrderId, sku, location));
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
                _loaded.ShippedUnits[(ship.OrderId, sku, location)] = shipped + quantity;
            }
        });
        return new StockResponses.ShipmentResponse(ship.OrderId, lines, null);

        // Recorded like any other response, so that a late repetition of the request cannot ship units whose shipment
        // was reported as refused.
        StockResponses.ShipmentResponse Refused(string why) => new(ship.OrderId, [], why);

        long Sellable(AllocationPart line)
        {
            var there = _stock.Find(line.Sku, line.Location).Quantities;
            return Math.Max(there.OnHand - there.Unavailable, 0);
        }
    }

    /// <summary>
    /// The parts of <paramref name="open"/> that are shipped: first the lines that name a location, then the others
    /// from any location.
    /// </summary>
    private static List<AllocationPart> SelectParts(List<AllocationPart> open, IReadOnlyList<ShippedUnits> wanted)
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

    /// <summary>
    /// Returned units are booked as on hand, whatever their disposition; damaged and discarded units are booked out
    /// again, so that the ledger records both.
    /// </summary>
    private object Decide(ReturnCommand command)
    {
        // What left the shelf goes back to it, also where its item has become a service since.
        var left = _loaded.ShippedUnits.Keys.Where(s => s.OrderId == command.OrderId).Select(s => s.Sku);
        if (CheckStocked(command.Skus.Except(left, StringComparer.Ordinal)) is { } refusal)
            return refusal;
        var cause = command.Because(command.OrderId.ToString());
        Move(() =>
        {
            foreach (var line in command.Lines.GroupBy(l => (l.Sku, Location: l.Location!)))
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

                void Book(MovementKind kind, long quantity, Func<long, Quantities> change, Cause lineCause)
                {
                    if (quantity != 0)
                        _stock.Move(sku, location, kind, quantity, change(quantity), lineCause, command.Number);
                }
            }
        });
        foreach (var line in command.Lines)
            Count(Find(command.OrderId)?.Customer, line.Sku, -line.Quantity);
        ServeQueue(command.Skus);
        return new StockResponses.BookingResponse(
            command.OrderId.ToString(),
            Levels(command.Lines.Select(l => (l.Sku, l.Location!)))
        );
    }
}
