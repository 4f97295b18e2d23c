using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Reservations of orders, and their release.</summary>
internal sealed partial class StockRules
{
    private ReserveOutcome Decide(ReserveOrder order, Guid? trace)
    {
        if (Find(order.OrderId) is not { } reservation)
        {
            reservation = DecideFirst(order, trace);
            if (reservation.State != ReservationState.Undecided)
            {
                Reservations[order.OrderId] = reservation;
                if (order.HoldId is not null)
                    EndClaims(order.OrderId);
            }
        }
        // Backorders are filled SKU by SKU, in different transactions. The first request after the last one is filled
        // changes the reservation's state.
        else if (reservation.State == ReservationState.Backordered && !HasOpenBackorders(order.OrderId))
            reservation = Reservations[order.OrderId] = reservation with { State = ReservationState.Allocated };
        else if (
            reservation.State == ReservationState.Backordered
            && order.OnShortage == ShortagePolicy.Partial
            && OpenPartsOf(order.OrderId) is { Count: > 0 } there
        )
            reservation = Reservations[order.OrderId] = TakeAllocated(order, reservation, there);
        return new ReserveOutcome(
            order.OrderId,
            reservation.State,
            ToShortages(reservation.Shortages),
            reservation.State == ReservationState.Backordered ? PromisedAt(order.OrderId) : null
        );
    }

    /// <summary>
    /// The customer no longer waits: the order goes on with what is allocated to it, without the units it waits for.
    /// </summary>
    private Reservation TakeAllocated(ReserveOrder order, Reservation reservation, List<AllocationPart> there)
    {
        var without = CancelBackorders(order.OrderId);
        foreach (var (sku, quantity) in without)
            Count(reservation.Customer, sku, -quantity);
        return reservation with
        {
            State = ReservationState.Allocated,
            Shortages =
            [
                .. without.Select(w =>
                {
                    var units = there.Where(p => p.Sku == w.Sku).Sum(p => p.Quantity);
                    return _stock.Describe(w.Sku, units + w.Quantity) with { Available = units };
                }),
            ],
        };
    }

    private Reservation DecideFirst(ReserveOrder order, Guid? trace)
    {
        var wanted = SumBySku(
            order.Lines.Where(l => order.LinesAreOwed || _loaded.Items.GetValueOrDefault(l.Sku)?.Stocked != false)
        );
        var hold = UsableHold(order);
        var held = wanted.ToDictionary(
            w => w.Sku,
            w => Math.Min(w.Quantity, hold?.Left.Where(l => l.Sku == w.Sku).Sum(l => l.Quantity) ?? 0),
            StringComparer.Ordinal
        );

        // Units of the customer's hold are counted already: the order may have them besides what the limit leaves.
        var beyondLimit = wanted
            .Select(w => (Wanted: w, Allowed: RemainingLimit(order.Customer, w.Sku, held[w.Sku])))
            .Where(w => w.Wanted.Quantity > w.Allowed)
            .Select(w =>
                _stock.Describe(w.Wanted.Sku, w.Wanted.Quantity) with
                {
                    Available = w.Allowed,
                    ForLimit = true,
                }
            )
            .ToList();
        if (beyondLimit.Count > 0)
            return RefuseOrder(order, ReservationState.LimitExceeded, beyondLimit);

        var fromStock = wanted.Select(w => w with { Quantity = w.Quantity - held[w.Sku] }).ToList();
        var missing = fromStock
            .Select(w => w with { Quantity = w.Quantity - Math.Min(w.Quantity, _stock.Available(w.Sku)) })
            .Where(w => w.Quantity > 0)
            .ToList();
        var shortages = missing
            .Select(m => _stock.Describe(m.Sku, wanted.First(w => w.Sku == m.Sku).Quantity))
            .ToList();
        var partialShortages = missing
            .Zip(shortages, (m, s) => s with { Available = s.Requested - m.Quantity })
            .ToList();
        switch (order.OnShortage)
        {
            case var _ when missing.Count == 0:
            case ShortagePolicy.Backorder when missing.All(MayBackorder):
            case ShortagePolicy.Partial when missing.Sum(m => m.Quantity) < wanted.Sum(w => w.Quantity):
                break;
            case ShortagePolicy.Ask:
                return RefuseOrder(order, ReservationState.Undecided, partialShortages);
            default:
                return RefuseOrder(order, ReservationState.OutOfStock, shortages);
        }

        var served = wanted
            .Select(w => w with { Quantity = w.Quantity - missing.FirstOrDefault(m => m.Sku == w.Sku).Quantity })
            .Where(w => w.Quantity > 0)
            .ToList();
        var parts = SourcingRules.Plan(served, _stock.At, _policy.Sourcing, hold);
        Allocate(order.OrderId, parts, Cause.OfSystem(order.OrderId.ToString(), StockActors.Saga, trace), step: 0);
        if (hold is not null)
            UseHold(hold, parts);
        foreach (var part in parts.Where(p => p.Held > 0 && _stock.Find(p.Sku, p.Location).Missing > 0))
            Publish(
                EventTypes.StockShortfall,
                part.Sku,
                new StockShortfall(
                    part.Sku,
                    part.Location,
                    _stock.Find(part.Sku, part.Location).Missing,
                    [order.OrderId]
                )
            );
        if (order.OnShortage == ShortagePolicy.Partial)
        {
            foreach (var (sku, quantity) in wanted)
                Count(order.Customer, sku, quantity - missing.FirstOrDefault(m => m.Sku == sku).Quantity);
            return new Reservation(ReservationState.Allocated, partialShortages, order.Customer);
        }

        foreach (var (sku, quantity) in missing)
            AddBackorder(order, sku, checked((int)quantity));
        foreach (var (sku, quantity) in wanted)
            Count(order.Customer, sku, quantity);
        return new Reservation(
            missing.Count > 0 ? ReservationState.Backordered : ReservationState.Allocated,
            [],
            order.Customer
        );
    }

    private Reservation RefuseOrder(ReserveOrder order, ReservationState state, IReadOnlyList<ShortLevel> shortages)
    {
        Publish(
            EventTypes.StockRefused,
            order.OrderId.ToString(),
            new StockRefused(order.OrderId, ToShortages(shortages))
        );
        return new Reservation(state, shortages, order.Customer);
    }

    /// <summary>
    /// Units that the customer may still have, besides those that are counted. <paramref name="counted"/> of the units
    /// in question are counted already.
    /// </summary>
    private long RemainingLimit(string? customer, string sku, long counted = 0) =>
        customer is not null && _loaded.Items.GetValueOrDefault(sku)?.MaxPerCustomer is { } most
            ? Math.Max(most + counted - _loaded.CountedUnits.GetValueOrDefault((customer, sku)), 0)
            : long.MaxValue;

    private Refusal BeyondLimit(string sku) =>
        new(RefusalKind.LimitExceeded, sku, State: _loaded.Items[sku].MaxPerCustomer);

    private void Count(string? customer, string sku, long quantity)
    {
        if (customer is not null)
            _loaded.CountedUnits[(customer, sku)] = _loaded.CountedUnits.GetValueOrDefault((customer, sku)) + quantity;
    }

    /// <summary>Writes one movement per level: units from a hold and available units are one reservation.</summary>
    private void Allocate(Guid orderId, IReadOnlyList<SourcedPart> parts, Cause cause, long step)
    {
        var rows = Move(() =>
        {
            foreach (
                var part in parts
                    .OrderBy(p => p.Sku, StringComparer.Ordinal)
                    .ThenBy(p => p.Location, StringComparer.Ordinal)
            )
                _stock.Move(
                    part.Sku,
                    part.Location,
                    MovementKind.Allocated,
                    part.Quantity,
                    new(Allocated: part.Quantity, Held: -part.Held),
                    cause,
                    step
                );
        });
        Allocations.AddRange(
            rows.Select(r => new Allocation(orderId, r.Sku, r.Location, checked((int)r.Quantity), step))
        );
    }

    private ReleaseCommand Decide(ReleaseCommand release)
    {
        foreach (var orderId in release.Orders)
        {
            var reservation = Find(orderId) ?? new Reservation(ReservationState.Released, [], null);
            if (reservation.IsClaiming)
            {
                var waiting = CancelBackorders(orderId);
                var open = OpenPartsOf(orderId);
                var cause = Cause.OfSystem(orderId.ToString(), StockActors.Saga, release.Trace);
                Move(() =>
                {
                    foreach (var part in open)
                        _stock.Move(
                            part.Sku,
                            part.Location,
                            MovementKind.Released,
                            -part.Quantity,
                            new(Allocated: -part.Quantity),
                            cause
                        );
                });
                foreach (var (sku, quantity) in open.Select(p => new SkuQuantity(p.Sku, p.Quantity)).Concat(waiting))
                    Count(reservation.Customer, sku, -quantity);
                ServeQueue(open.Select(p => p.Sku));
            }

            // The release of an unknown order is recorded too: a reserve that arrives late must not allocate units that
            // no later release would return.
            Reservations[orderId] = reservation with { State = ReservationState.Released };
            EndClaims(orderId);
        }

        return release;
    }

    private Reservation? Find(Guid orderId) =>
        Reservations.GetValueOrDefault(orderId) ?? _loaded.Reservations.GetValueOrDefault(orderId);

    /// <summary>Units allocated to the order and not shipped, by level.</summary>
    private List<AllocationPart> OpenPartsOf(Guid orderId) =>
        [
            .. _loaded
                .OpenAllocations.Concat(Allocations)
                .Where(a => a.OrderId == orderId)
                .GroupBy(a => (a.Sku, a.Location))
                .Select(g => new AllocationPart(
                    g.Key.Sku,
                    g.Key.Location,
                    g.Sum(a => (long)a.Quantity)
                        - Shipments
                            .Where(s => s.OrderId == orderId && (s.Sku, s.Location) == g.Key)
                            .Sum(s => (long)s.Quantity)
                ))
                .Where(p => p.Quantity > 0),
        ];

    private static List<Shortage> ToShortages(IReadOnlyList<ShortLevel> levels) =>
        [.. levels.Select(l => new Shortage(l.Sku, l.Requested, l.Available))];
}
