using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Bookings of operators: receipts, adjustments, counts, and units withheld from sale.</summary>
internal sealed partial class StockRules
{
    private object Decide(BookCommand book)
    {
        if (CheckStocked(book.Lines.Select(l => l.Sku)) is { } refusal)
            return refusal;
        foreach (var line in book.Lines.Where(l => l.Quantity < 0))
        {
            SkuQuantity[] leaving = [new(line.Sku, -(long)line.Quantity)];
            if (
                (book.Unavailable ? CheckSetAside(line.Location, leaving) : CheckAvailable(line.Location, leaving)) is
                { } claimed
            )
                return claimed;
        }

        Move(() =>
        {
            foreach (var line in book.Lines)
                _stock.Move(
                    line.Sku,
                    line.Location,
                    book.Kind,
                    line.Quantity,
                    Physical(line.Quantity, book.Unavailable),
                    book.Because(book.Cause)
                );
        });
        ServeQueue(book.Lines.Select(l => l.Sku));
        return new StockResponses.BookingResponse(book.Cause, Levels(book.Lines.Select(l => (l.Sku, l.Location))));
    }

    private object Decide(CountCommand count)
    {
        if (CheckStocked([count.Sku]) is { } refusal)
            return refusal;
        var level = _stock.Find(count.Sku, count.Location);
        if (count.Expected is { } expected && expected != level.Quantities.OnHand)
            return new Refusal(RefusalKind.Stale, count.Sku, State: level.Quantities.OnHand);
        var difference = count.Counted - level.Quantities.OnHand;

        // No more units can be set aside than were counted.
        var setAside =
            (count.Unavailable ?? Math.Min(level.Quantities.Unavailable, count.Counted)) - level.Quantities.Unavailable;
        var deficit = Math.Max(-(level.Quantities.Balance + difference - setAside), 0);
        if (deficit > level.Short && !count.MayFallShort)
            return new Refusal(
                RefusalKind.OutOfStock,
                count.Sku,
                [_stock.Describe(count.Sku, setAside - difference) with { Available = level.Free }]
            );

        if (difference != 0 || setAside != 0)
        {
            // Units that were set aside and are gone, or were found and are set aside, change both numbers at once; what
            // is left is a change of what is set aside among the units that are there.
            var both = Math.Clamp(setAside, Math.Min(difference, 0), Math.Max(difference, 0));
            Move(() =>
            {
                Book(MovementKind.Adjusted, difference, new(OnHand: difference, Unavailable: both));
                Book(MovementKind.Withheld, setAside - both, new(Unavailable: setAside - both));
            });
            ServeQueue([count.Sku]);
        }

        var left = deficit == 0 ? [] : NewestClaims(count.Sku, count.Location, deficit);
        var orders = left.Where(c => c.Customer is null).ToList();
        var holds = left.Where(c => c.Customer is not null).ToList();
        if (deficit > 0)
            Publish(
                EventTypes.StockShortfall,
                count.Sku,
                new StockShortfall(
                    count.Sku,
                    count.Location,
                    deficit,
                    [.. orders.Select(o => o.Id)],
                    holds.Count == 0 ? null : [.. holds.Select(h => new ShortHold(h.Id, h.Customer!))]
                )
            );
        return new StockResponses.CountResponse(
            count.Key,
            difference,
            StockResponses.LevelResponse.Of(_stock.Find(count.Sku, count.Location)),
            [.. orders.Select(o => new StockResponses.OrderShortage(o.Id, o.Quantity))],
            [.. holds.Select(h => new StockResponses.HoldShortage(h.Id, h.Customer!, h.Quantity))]
        );

        void Book(MovementKind kind, long units, Quantities change)
        {
            if (units != 0)
                _stock.Move(
                    count.Sku,
                    count.Location,
                    kind,
                    units,
                    change,
                    count.Because(),
                    mayFallShort: count.MayFallShort
                );
        }
    }

    /// <summary>
    /// The newest claims on a level, of orders and of holds, that together cover the missing units: the latest is served
    /// last. Ids are in the order of their time.
    /// </summary>
    private List<LevelClaim> NewestClaims(string sku, string location, long missing)
    {
        var ofOrders = _loaded
            .OpenAllocations.Concat(Allocations)
            .Where(a => a.Sku == sku && a.Location == location)
            .Select(a => (a.OrderId, Quantity: (long)a.Quantity))
            .Concat(
                Shipments
                    .Where(s => s.Sku == sku && s.Location == location)
                    .Select(s => (s.OrderId, Quantity: -(long)s.Quantity))
            )
            .Where(a => Reservations.GetValueOrDefault(a.OrderId)?.State != ReservationState.Released)
            .GroupBy(a => a.OrderId)
            .Select(g => new LevelClaim(g.Key, null, g.Sum(a => a.Quantity)));
        var ofHolds = _loaded
            .HoldClaims.Where(h => h.Sku == sku && h.Location == location && !Holds.ContainsKey(h.HoldId))
            .Select(h => new LevelClaim(h.HoldId, h.Customer, h.Quantity))
            .Concat(
                Holds
                    .Values.Where(h => h.State == HoldState.Active)
                    .SelectMany(h => h.Left, (h, part) => (Hold: h, Part: part))
                    .Where(h => h.Part.Sku == sku && h.Part.Location == location)
                    .Select(h => new LevelClaim(h.Hold.Id, h.Hold.Customer, h.Part.Quantity))
            );
        return LevelClaim.Newest(ofOrders.Concat(ofHolds), missing);
    }

    private object Decide(WithholdCommand withhold)
    {
        var (sku, location, quantity) = withhold.Line;
        if (CheckStocked([sku]) is { } refusal)
            return refusal;
        if (quantity > 0 && CheckAvailable(location, [new SkuQuantity(sku, quantity)]) is { } claimed)
            return claimed;
        if (CheckSetAside(location, [new SkuQuantity(sku, -(long)quantity)]) is { } tooFew)
            return tooFew;
        Move(() =>
            _stock.Move(sku, location, MovementKind.Withheld, quantity, new(Unavailable: quantity), withhold.Because())
        );
        ServeQueue([sku]);
        return new StockResponses.BookingResponse(withhold.Key, Levels([(sku, location)]));
    }

    private List<StockResponses.LevelResponse> Levels(IEnumerable<(string Sku, string Location)> keys) =>
        [.. keys.Distinct().Select(k => StockResponses.LevelResponse.Of(_stock.Find(k.Sku, k.Location)))];
}
