using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>What orders claim, give back and take away.</summary>
internal sealed partial class StockRules
{
    private ReserveOutcome Decide(ReserveOrder order, Guid? trace)
    {
        if (Find(order.OrderId) is not { } claim)
        {
            claim = DecideFirst(order, trace);
            if (claim.State != ReservationState.Undecided)
                Claims[order.OrderId] = claim;
        }
        // Backorders are filled line by line, by whoever brings the units: only who asks sees whether the last one is.
        else if (claim.State == ReservationState.Backordered && !IsWaiting(order.OrderId))
            claim = Claims[order.OrderId] = claim with { State = ReservationState.Allocated };
        return new ReserveOutcome(
            order.OrderId,
            claim.State,
            Public(claim.Shortages),
            claim.State == ReservationState.Backordered ? PromiseOf(order.OrderId) : null
        );
    }

    private Reservation DecideFirst(ReserveOrder order, Guid? trace)
    {
        var wanted = Summed(order.Lines.Where(l => _known.Items.GetValueOrDefault(l.Sku)?.Stocked != false));
        var beyond = wanted
            .Where(w => w.Quantity > MayStillBuy(order.Customer, w.Sku))
            .Select(w => _stock.Describe(w.Sku, w.Quantity) with { Available = MayStillBuy(order.Customer, w.Sku) })
            .ToList();
        if (beyond.Count > 0)
            return Refuse(order, ReservationState.LimitExceeded, beyond);

        var hold = UsableHold(order);
        var held = hold?.Lines.ToLookup(l => l.Sku, StringComparer.Ordinal);
        var free = wanted
            .Select(w => w with { Quantity = Math.Max(w.Quantity - (held?[w.Sku].Sum(l => l.Quantity) ?? 0), 0) })
            .ToList();
        var missing = free.Select(w => w with { Quantity = w.Quantity - Math.Min(w.Quantity, _stock.Available(w.Sku)) })
            .Where(w => w.Quantity > 0)
            .ToList();
        var shortages = missing
            .Select(m => _stock.Describe(m.Sku, wanted.First(w => w.Sku == m.Sku).Quantity))
            .ToList();
        var cut = missing.Zip(shortages, (m, s) => s with { Available = s.Requested - m.Quantity }).ToList();
        switch (order.OnShortage)
        {
            case var _ when missing.Count == 0:
            case ShortagePolicy.Backorder when missing.All(MayWait):
            case ShortagePolicy.Partial when missing.Sum(m => m.Quantity) < wanted.Sum(w => w.Quantity):
                break;
            case ShortagePolicy.Ask:
                return Refuse(order, ReservationState.Undecided, cut);
            default:
                return Refuse(order, ReservationState.OutOfStock, shortages);
        }

        var now = free.Select(w => w with { Quantity = Math.Min(w.Quantity, _stock.Available(w.Sku)) })
            .Where(w => w.Quantity > 0)
            .ToList();
        Allocate(
            order.OrderId,
            SourcingRules.Plan(now, _stock.At, _policy.Sourcing),
            FromHold(hold, wanted),
            new Cause(order.OrderId.ToString(), StockActors.Saga, null, trace),
            step: 0
        );
        if (hold is not null)
            Commit(hold, wanted, trace);
        if (order.OnShortage == ShortagePolicy.Partial)
        {
            foreach (var (sku, quantity) in wanted)
                CountBought(order.Customer, sku, quantity - missing.FirstOrDefault(m => m.Sku == sku).Quantity);
            return new Reservation(ReservationState.Allocated, cut, order.Customer);
        }

        foreach (var (sku, quantity) in missing)
            Queue(order, sku, checked((int)quantity));
        foreach (var (sku, quantity) in wanted)
            CountBought(order.Customer, sku, quantity);
        return new Reservation(
            missing.Count > 0 ? ReservationState.Backordered : ReservationState.Allocated,
            [],
            order.Customer
        );
    }

    private Reservation Refuse(ReserveOrder order, ReservationState state, IReadOnlyList<ShortLevel> shortages)
    {
        Tell(EventTypes.StockRefused, order.OrderId.ToString(), new StockRefused(order.OrderId, Public(shortages)));
        return new Reservation(state, shortages, order.Customer);
    }

    private long MayStillBuy(string? customer, string sku) =>
        customer is not null && _known.Items.GetValueOrDefault(sku)?.MaxPerCustomer is { } most
            ? Math.Max(most - _known.Bought.GetValueOrDefault((customer, sku)), 0)
            : long.MaxValue;

    private void CountBought(string? customer, string sku, long quantity)
    {
        if (customer is not null)
            _known.Bought[(customer, sku)] = _known.Bought.GetValueOrDefault((customer, sku)) + quantity;
    }

    /// <summary>Writes one movement per level: what comes out of a hold and what was free are one claim.</summary>
    private void Allocate(
        Guid orderId,
        IEnumerable<AllocationPart> free,
        IEnumerable<AllocationPart> fromHold,
        Cause cause,
        long step
    )
    {
        var parts = free.Select(p => (p.Sku, p.Location, p.Quantity, Held: 0L))
            .Concat(fromHold.Select(p => (p.Sku, p.Location, p.Quantity, Held: p.Quantity)))
            .GroupBy(p => (p.Sku, p.Location))
            .OrderBy(g => g.Key.Sku, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Location, StringComparer.Ordinal)
            .ToList();
        var rows = Move(() =>
        {
            foreach (var part in parts)
            {
                var quantity = part.Sum(p => p.Quantity);
                _stock.Move(
                    part.Key.Sku,
                    part.Key.Location,
                    MovementKind.Allocated,
                    quantity,
                    new(Allocated: quantity, Held: -part.Sum(p => p.Held)),
                    cause,
                    step
                );
            }
        });
        Allocations.AddRange(rows.Select(r => new Allocation(orderId, r.Sku, r.Location, r.Quantity, step)));
    }

    private ReleaseCommand Decide(ReleaseCommand release)
    {
        foreach (var orderId in release.Orders)
        {
            var claim = Find(orderId) ?? new Reservation(ReservationState.Released, [], null);
            if (claim.State is ReservationState.Allocated or ReservationState.Backordered)
            {
                var waiting = CancelBackorders(orderId);
                var open = OpenOf(orderId);
                var cause = new Cause(orderId.ToString(), StockActors.Saga, null, release.Trace);
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
                    CountBought(claim.Customer, sku, -quantity);
                Serve(open.Select(p => p.Sku));
            }

            // An unknown order is remembered too: a late reserve of it must not take what nobody would give back.
            Claims[orderId] = claim with { State = ReservationState.Released };
        }

        return release;
    }

    private Reservation? Find(Guid orderId) =>
        Claims.GetValueOrDefault(orderId) ?? _known.Claims.GetValueOrDefault(orderId);

    /// <summary>What the order claims now, by level.</summary>
    private List<AllocationPart> OpenOf(Guid orderId) =>
        [
            .. _known
                .Open.Concat(Allocations)
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

    private static List<Shortage> Public(IReadOnlyList<ShortLevel> levels) =>
        [.. levels.Select(l => new Shortage(l.Sku, l.Requested, l.Available))];
}
