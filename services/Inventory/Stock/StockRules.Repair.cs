using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Heals what should never be: levels that are not their ledger, and units that nobody claims though they count as claimed. History is not
/// touched: what differs is moved back, by movements that name the claim they put right.
/// </summary>
internal sealed partial class StockRules
{
    private StockResponses.Repaired Decide(RepairCommand repair)
    {
        // What else this transaction has moved was not known when the damage was read: those SKUs are for another time.
        var busy = repair.Skus.Where(_stock.IsTouched).ToHashSet(StringComparer.Ordinal);
        var changes = new List<StockResponses.Change>();
        var found = _known.Damage;
        foreach (var ledger in found.Ledgers.Where(l => !busy.Contains(l.Sku)))
            if (Restore(ledger) is { } restored)
                changes.Add(restored);
        foreach (var lost in found.Lost.Where(l => !busy.Contains(l.Sku)))
        {
            Allocations.Add(lost);
            changes.Add(new(lost.Sku, lost.Location, "allocation", lost.OrderId.ToString(), lost.Quantity));
        }

        Move(() =>
            changes.AddRange(
                Causes(found.Drifts.Where(d => !busy.Contains(d.Sku))).SelectMany(d => Compensate(d, repair))
            )
        );
        foreach (var (orderId, sku) in found.Orphans.Where(o => !busy.Contains(o.Sku)))
        {
            if (BackordersOf(sku).FirstOrDefault(b => b.OrderId == orderId) is not { } orphan)
                continue;
            Backorders[(orderId, sku)] = orphan with { State = BackorderState.Cancelled };
            changes.Add(new(sku, null, "backorder", orderId.ToString(), -orphan.Left));
        }

        foreach (
            var entry in found
                .Unoffered.Select(LineEntry)
                .OfType<WaitlistEntry>()
                .Where(w => w.State == WaitlistEntryState.Offered && !busy.Contains(w.Sku))
        )
        {
            Waitlist[entry.Id] = entry with { State = WaitlistEntryState.Waiting };
            changes.Add(new(entry.Sku, null, "waitlist", entry.Id.ToString(), entry.Quantity));
        }

        var before = _stock.Ledger.Count;
        Serve(repair.Skus.Where(sku => !busy.Contains(sku)));
        changes.AddRange(
            _stock
                .Ledger.Skip(before)
                .Select(l => new StockResponses.Change(
                    l.Row.Sku,
                    l.Row.Location,
                    "served",
                    l.Row.Cause.Id,
                    l.Row.Quantity
                ))
        );
        return new StockResponses.Repaired(changes, [.. busy.Order(StringComparer.Ordinal)]);
    }

    private StockResponses.Change? Restore(Level ledger)
    {
        var level = _stock.Find(ledger.Sku, ledger.Location);
        var right = ledger with { Short = Math.Max(-ledger.Available, 0), Priority = level.Priority };
        if (
            level.Quantities == right.Quantities
            && level.Short == right.Short
            && level.Sequence == right.Sequence
            && level.Hash.AsSpan().SequenceEqual(right.Hash)
        )
            return null;
        _stock.Restore(right);
        return new(right.Sku, right.Location, "level", null, right.Available - level.Available);
    }

    /// <summary>
    /// Each drift with whose it is. A hold's units that an order used up were moved by the order: which hold they were of, the ledger does not say.
    /// So what is held is compared level by level, and laid to the holds that are not accounted for only as far as it differs.
    /// </summary>
    private static IEnumerable<Drift> Causes(IEnumerable<Drift> drifts)
    {
        foreach (var level in drifts.GroupBy(d => (d.Sku, d.Location, d.What)))
        {
            if (level.FirstOrDefault(d => d.Cause.Length == 0) is not { } whole)
            {
                if (level.Key.What == Claimed.Allocated)
                    foreach (var drift in level)
                        yield return drift;
                continue;
            }

            var left = whole.Ledger - whole.Claims;
            foreach (
                var drift in level
                    .Where(d =>
                        d.Cause.Length > 0 && Math.Sign(d.Ledger - d.Claims) == Math.Sign(whole.Ledger - whole.Claims)
                    )
                    .OrderBy(d => d.Cause, StringComparer.Ordinal)
            )
            {
                var part = Math.Sign(left) * Math.Min(Math.Abs(drift.Ledger - drift.Claims), Math.Abs(left));
                if (part == 0)
                    break;
                left -= part;
                yield return drift with
                {
                    Ledger = part,
                    Claims = 0,
                };
            }

            if (left != 0)
                yield return whole with
                {
                    Ledger = left,
                    Claims = 0,
                };
        }
    }

    private IEnumerable<StockResponses.Change> Compensate(Drift drift, RepairCommand repair)
    {
        var units = drift.Claims - drift.Ledger;
        var (kind, change) = drift.What switch
        {
            Claimed.Allocated => (
                units < 0 ? MovementKind.Released : MovementKind.Allocated,
                new Quantities(Allocated: units)
            ),
            Claimed.Held => (units < 0 ? MovementKind.Released : MovementKind.Held, new Quantities(Held: units)),
            _ => (MovementKind.Expected, new Quantities(Incoming: units)),
        };
        var cause = repair.Because($"{StockActors.RepairOf}{(drift.Cause.Length > 0 ? drift.Cause : repair.Key)}");
        _stock.Move(
            drift.Sku,
            drift.Location,
            kind,
            units,
            change,
            cause,
            step: _stock.Find(drift.Sku, drift.Location).Sequence,
            mayFallShort: true
        );
        yield return new(drift.Sku, drift.Location, kind.Name(), cause.Id, units);
    }
}
