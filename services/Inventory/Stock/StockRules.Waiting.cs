using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Backorders and waitlists. Units that become available go to backorders first, by order number, then to the waitlist,
/// by position; the rest can be sold.
/// </summary>
internal sealed partial class StockRules
{
    /// <summary>
    /// Allocates available units of these SKUs to backorders, and offers the rest to their waitlists.
    /// </summary>
    private void ServeQueue(IEnumerable<string> skus)
    {
        foreach (var sku in skus.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList())
        {
            while (_stock.Available(sku) > 0 && FirstBackorder(sku) is { } backorder)
                FillBackorder(backorder);
            while (_stock.Available(sku) > 0 && NextInWaitlist(sku) is { } waiting)
                OfferTo(waiting);
        }
    }

    private void FillBackorder(Backorder backorder)
    {
        var quantity = Math.Min(backorder.Left, _stock.Available(backorder.Sku));
        Allocate(
            backorder.OrderId,
            SourcingRules.Plan([new SkuQuantity(backorder.Sku, quantity)], _stock.At, _policy.Sourcing, null),
            new Cause(backorder.OrderId.ToString(), StockActors.Queue),
            step: 1 + backorder.Filled
        );
        var filled = backorder with { Filled = backorder.Filled + (int)quantity };
        if (filled.Left == 0)
            filled = filled with { State = BackorderState.Filled };
        Backorders[(filled.OrderId, filled.Sku)] = filled;
        if (filled.State == BackorderState.Filled)
            FilledOrders.Add(filled.OrderId);
        Publish(
            EventTypes.BackorderFilled,
            filled.OrderId.ToString(),
            new BackorderFilled(filled.OrderId, filled.Sku, (int)quantity, filled.Left)
        );
    }

    /// <summary>
    /// Holds available units for the next waitlist entry. Fewer units than wanted are offered as well, so that none is
    /// idle while an entry waits.
    /// </summary>
    private void OfferTo(WaitlistEntry waiting)
    {
        var quantity = Math.Min(
            Math.Min(waiting.Quantity, _stock.Available(waiting.Sku)),
            RemainingLimit(waiting.Customer, waiting.Sku)
        );
        var offer = new Hold(
            Guid.CreateVersion7(_now),
            waiting.Customer,
            HoldState.Active,
            _now + _policy.OfferFor,
            ToHoldLines(SourcingRules.Plan([new SkuQuantity(waiting.Sku, quantity)], _stock.At, _policy.Sourcing)),
            waiting.Id
        );
        PlaceHold(offer, new Cause(offer.Id.ToString(), StockActors.Queue));
        Waitlist[waiting.Id] = waiting with { State = WaitlistEntryState.Offered };
        Publish(
            EventTypes.WaitlistOffered,
            offer.Id.ToString(),
            new WaitlistOffered(offer.Id, waiting.Id, waiting.Sku, waiting.Customer, (int)quantity, offer.ExpiresAt)
        );
    }

    private bool MayBackorder(SkuQuantity missing) =>
        _loaded.Items.GetValueOrDefault(missing.Sku)?.BackorderLimit - BackordersOf(missing.Sku).Sum(b => (long)b.Left)
        >= missing.Quantity;

    private void AddBackorder(ReserveOrder order, string sku, int quantity)
    {
        var ahead = BackordersOf(sku).Where(b => b.OrderNumber < order.Number).Sum(b => (long)b.Left);
        Backorders[(order.OrderId, sku)] = new Backorder(
            order.OrderId,
            sku,
            order.Number,
            quantity,
            0,
            PromisedAt(sku, ahead + quantity),
            BackorderState.Open
        );
    }

    /// <summary>When announced stock will cover <paramref name="units"/>; null where it does not.</summary>
    private DateTimeOffset? PromisedAt(string sku, long units)
    {
        foreach (var due in _loaded.ExpectedReceipts.Where(d => d.Sku == sku))
        {
            units -= due.Quantity;
            if (units <= 0)
                return due.ExpectedAt;
        }

        return null;
    }

    /// <summary>When the last of the order's backorders should be covered; null where one has no date.</summary>
    private DateTimeOffset? PromisedAt(Guid orderId)
    {
        var dates = OpenBackorders().Where(b => b.OrderId == orderId).Select(b => b.PromisedAt).ToList();
        return dates.Contains(null) ? null : dates.Max();
    }

    /// <summary>Cancels the order's backorders; returns the units that were still open.</summary>
    private List<SkuQuantity> CancelBackorders(Guid orderId)
    {
        var waiting = OpenBackorders().Where(b => b.OrderId == orderId).ToList();
        foreach (var open in waiting)
            Backorders[(orderId, open.Sku)] = open with { State = BackorderState.Cancelled };
        return [.. waiting.Select(b => new SkuQuantity(b.Sku, b.Left))];
    }

    private object Decide(JoinWaitlistCommand join)
    {
        if (CheckStocked([join.Sku]) is { } refusal)
            return refusal;
        if (WaitlistOf(join.Sku).Any(w => w.Customer == join.Customer))
            return new Refusal(RefusalKind.Exists, $"waitlist entry for '{join.Sku}'");
        if (RemainingLimit(join.Customer, join.Sku) < join.Quantity)
            return BeyondLimit(join.Sku);
        var entry = new WaitlistEntry(
            join.EntryId,
            join.Sku,
            join.Customer,
            join.Quantity,
            long.MaxValue,
            WaitlistEntryState.Waiting
        );
        Waitlist[entry.Id] = entry;
        ServeQueue([join.Sku]);
        var now = Waitlist[entry.Id];
        return new StockResponses.WaitlistResponse(
            now.Id,
            now.Sku,
            now.Quantity,
            now.State,
            now.State == WaitlistEntryState.Offered
                ? 0
                : WaitlistOf(join.Sku).Count(w => w.State == WaitlistEntryState.Waiting)
        );
    }

    private object Decide(LeaveWaitlistCommand leave)
    {
        if (WaitlistOf(leave.Sku).FirstOrDefault(w => w.Customer == leave.Customer) is not { } entry)
            return new Refusal(RefusalKind.NotFound, $"waitlist entry for '{leave.Sku}'");
        if (entry.State == WaitlistEntryState.Offered)
            return new Refusal(RefusalKind.Ended, $"waitlist entry for '{leave.Sku}'", State: entry.State);
        Waitlist[entry.Id] = entry with { State = WaitlistEntryState.Left };
        return new StockResponses.WaitlistResponse(entry.Id, entry.Sku, entry.Quantity, WaitlistEntryState.Left, 0);
    }

    private IEnumerable<Backorder> OpenBackorders() =>
        _loaded
            .Backorders.Where(b => !Backorders.ContainsKey((b.OrderId, b.Sku)))
            .Concat(Backorders.Values)
            .Where(b => b.State == BackorderState.Open);

    private IEnumerable<Backorder> BackordersOf(string sku) => OpenBackorders().Where(b => b.Sku == sku);

    private Backorder? FirstBackorder(string sku) => BackordersOf(sku).MinBy(b => b.OrderNumber);

    private bool HasOpenBackorders(Guid orderId) => OpenBackorders().Any(b => b.OrderId == orderId);

    /// <summary>Entries that wait or have an offer.</summary>
    private IEnumerable<WaitlistEntry> WaitlistOf(string sku) =>
        _loaded
            .Waitlist.Where(w => !Waitlist.ContainsKey(w.Id))
            .Concat(Waitlist.Values)
            .Where(w => w.Sku == sku && w.State is WaitlistEntryState.Waiting or WaitlistEntryState.Offered);

    /// <summary>Who is at the limit per customer is passed over, and keeps the place in the line.</summary>
    private WaitlistEntry? NextInWaitlist(string sku) =>
        WaitlistOf(sku)
            .Where(w => w.State == WaitlistEntryState.Waiting && RemainingLimit(w.Customer, sku) > 0)
            .MinBy(w => w.Position);
}
