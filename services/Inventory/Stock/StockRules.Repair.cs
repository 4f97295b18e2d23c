using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Repairs damage: levels that differ from their ledger, and units counted as claimed that no order, hold or document
/// claims. The ledger is never rewritten: compensating movements name the claim that they correct.
/// </summary>
internal sealed partial class StockRules
{
    private StockResponses.RepairResponse Decide(RepairCommand repair)
    {
        // The damage was read before the other commands of this transaction moved stock: it is outdated for the SKUs
        // that they changed. Those are reported as busy.
        var busy = repair.Skus.Where(_stock.HasChanged).ToHashSet(StringComparer.Ordinal);
        var changes = new List<StockResponses.RepairedItem>();
        var found = _loaded.Damage;
        foreach (var ledger in found.Ledgers.Where(l => !busy.Contains(l.Sku)))
            if (Restore(ledger) is { } restored)
                changes.Add(restored);
        foreach (var lost in found.LostAllocations.Where(l => !busy.Contains(l.Sku)))
        {
            Allocations.Add(lost);
            changes.Add(new(lost.Sku, lost.Location, "allocation", lost.OrderId.ToString(), lost.Quantity));
        }

        Move(() =>
            changes.AddRange(
                WithCauses(found.Drifts.Where(d => !busy.Contains(d.Sku))).SelectMany(d => Compensate(d, repair))
            )
        );
        foreach (var (orderId, sku) in found.OrphanedBackorders.Where(o => !busy.Contains(o.Sku)))
        {
            if (_backorders.Find(orderId, sku) is not { } orphan)
                continue;
            Put(orphan with { State = BackorderState.Cancelled });
            changes.Add(new(sku, null, "backorder", orderId.ToString(), -orphan.Left));
        }

        foreach (
            var entry in found
                .EntriesWithoutOffer.Select(_waitlist.Find)
                .OfType<WaitlistEntry>()
                .Where(w => w.State == WaitlistEntryState.Offered && !busy.Contains(w.Sku))
        )
        {
            Put(entry with { State = WaitlistEntryState.Waiting });
            changes.Add(new(entry.Sku, null, "waitlist", entry.Id.ToString(), entry.Quantity));
        }

        var before = _stock.Ledger.Count;
        ServeQueue(repair.Skus.Where(sku => !busy.Contains(sku)));
        changes.AddRange(
            _stock
                .Ledger.Skip(before)
                .Select(l => new StockResponses.RepairedItem(
                    l.Row.Sku,
                    l.Row.Location,
                    "served",
                    l.Row.Cause.Id,
                    l.Row.Quantity
                ))
        );
        return new StockResponses.RepairResponse(changes, [.. busy.Order(StringComparer.Ordinal)]);
    }

    private StockResponses.RepairedItem? Restore(Level ledger)
    {
        var level = _stock.Find(ledger.Sku, ledger.Location);
        var right = ledger with { Short = ledger.Missing, Priority = level.Priority, Sold = level.Sold };
        if (
            level.Quantities == right.Quantities
            && level.Short == right.Short
            && level.Sequence == right.Sequence
            && level.Hash.AsSpan().SequenceEqual(right.Hash)
        )
            return null;
        _stock.Restore(right);
        return new(right.Sku, right.Location, "level", null, right.Quantities.Balance - level.Quantities.Balance);
    }

    /// <summary>
    /// Each drift with its cause. When an order uses a hold, the movement names the order, so the ledger does not say
    /// which hold the units belonged to. Held units are therefore compared per level, and a difference is attributed to
    /// the holds that differ in the same direction, as far as it goes.
    /// </summary>
    private static IEnumerable<Drift> WithCauses(IEnumerable<Drift> drifts)
    {
        foreach (var level in drifts.GroupBy(d => (d.Sku, d.Location, d.Quantity)))
        {
            if (level.FirstOrDefault(d => d.Cause.Length == 0) is not { } whole)
            {
                if (level.Key.Quantity == ClaimedQuantity.Allocated)
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

    private IEnumerable<StockResponses.RepairedItem> Compensate(Drift drift, RepairCommand repair)
    {
        var units = drift.Claims - drift.Ledger;
        var (kind, change) = drift.Quantity switch
        {
            ClaimedQuantity.Allocated => (
                units < 0 ? MovementKind.Released : MovementKind.Allocated,
                new Quantities(Allocated: units)
            ),
            ClaimedQuantity.Held => (
                units < 0 ? MovementKind.Released : MovementKind.Held,
                new Quantities(Held: units)
            ),
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
