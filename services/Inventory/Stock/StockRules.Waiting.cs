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
            while (_stock.Available(sku) > 0 && _backorders.First(sku) is { } backorder)
                FillBackorder(backorder);
            while (_stock.Available(sku) > 0 && _waitlist.Next(sku, MayBeOffered) is { } waiting)
                OfferTo(waiting);
        }
    }

    private ServeQueueCommand Decide(ServeQueueCommand serve)
    {
        ServeQueue([serve.Sku]);
        return serve;
    }

    private void FillBackorder(Backorder backorder)
    {
        var quantity = Math.Min(backorder.Left, _stock.Available(backorder.Sku));
        Allocate(
            backorder.OrderId,
            SourcingRules.Plan([new SkuQuantity(backorder.Sku, quantity)], _stock.At, _policy.Sourcing, null),
            Cause.OfSystem(backorder.OrderId.ToString(), StockActors.Queue),
            step: 1 + backorder.Filled
        );
        var filled = backorder with { Filled = backorder.Filled + (int)quantity };
        if (filled.Left == 0)
            filled = filled with { State = BackorderState.Filled };
        Put(filled);
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
        PlaceHold(offer, Cause.OfSystem(offer.Id.ToString(), StockActors.Queue));
        Put(waiting with { State = WaitlistEntryState.Offered });
        Publish(
            EventTypes.WaitlistOffered,
            offer.Id.ToString(),
            new WaitlistOffered(offer.Id, waiting.Id, waiting.Sku, waiting.Customer, (int)quantity, offer.ExpiresAt)
        );
    }

    private bool MayBackorder(SkuQuantity missing) =>
        _loaded.Items.GetValueOrDefault(missing.Sku)?.BackorderLimit - _backorders.Left(missing.Sku)
        >= missing.Quantity;

    private void AddBackorder(ReserveOrder order, string sku, int quantity)
    {
        var ahead = _backorders.LeftBefore(sku, order.Number);
        Put(
            new Backorder(
                order.OrderId,
                sku,
                order.Number,
                quantity,
                0,
                new Cover(Deliveries(sku)).Take(ahead + quantity),
                BackorderState.Open
            )
        );
    }

    /// <summary>
    /// Promises each open backorder anew what the deliveries that are open now will cover, and publishes each change:
    /// a delivery was announced, received, closed or put off, or is late, or the line has moved.
    /// </summary>
    private void RenewPromises()
    {
        foreach (var sku in _backorders.Skus.Order(StringComparer.Ordinal).ToList())
        {
            var cover = new Cover(Deliveries(sku));
            foreach (var backorder in _backorders.Line(sku).ToList())
            {
                var promise = cover.Take(backorder.Left);
                if (promise == backorder.PromisedAt)
                    continue;
                Put(backorder with { PromisedAt = promise });
                Publish(
                    EventTypes.BackorderPromised,
                    backorder.OrderId.ToString(),
                    new BackorderPromised(backorder.OrderId, sku, backorder.Left, promise, backorder.PromisedAt)
                );
            }
        }
    }

    /// <summary>
    /// Units of the SKU that open documents announce for a time that has not passed, the earliest first. A delivery that
    /// is late promises nothing until somebody says when it comes.
    /// </summary>
    private IEnumerable<ExpectedReceipt> Deliveries(string sku) =>
        _loaded
            .ExpectedReceipts.Where(d => d.Sku == sku && !Documents.ContainsKey(d.Reference))
            .Concat(
                Documents
                    .Values.Where(d => !HasEnded(d) && !d.Unavailable)
                    .SelectMany(
                        d => d.Lines.Where(l => l.Sku == sku && l.Remaining > 0),
                        (d, line) => (d.Reference, d.ExpectedAt, line.Remaining)
                    )
                    .Where(d => d.ExpectedAt is not null)
                    .Select(d => new ExpectedReceipt(
                        sku,
                        ToMicroseconds(d.ExpectedAt!.Value),
                        d.Remaining,
                        d.Reference
                    ))
            )
            .Where(d => d.ExpectedAt > _now)
            .OrderBy(d => d.ExpectedAt);

    /// <summary>As the database keeps it, so that a promise equals what is read of it later.</summary>
    private static DateTimeOffset ToMicroseconds(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>When the last of the order's backorders should be covered; null where one has no date.</summary>
    private DateTimeOffset? PromisedAt(Guid orderId)
    {
        var dates = _backorders.Of(orderId).Select(b => b.PromisedAt > _now ? b.PromisedAt : null).ToList();
        return dates.Contains(null) ? null : dates.Max();
    }

    /// <summary>Announced units, which those who wait take in the order of their line.</summary>
    private sealed class Cover(IEnumerable<ExpectedReceipt> deliveries)
    {
        private readonly Queue<ExpectedReceipt> _next = new(deliveries);
        private DateTimeOffset? _at;
        private long _left;

        /// <summary>When these further units should be there; null where they are not announced.</summary>
        public DateTimeOffset? Take(long units)
        {
            _left -= units;
            while (_left < 0 && _next.TryDequeue(out var delivery))
            {
                _at = delivery.ExpectedAt;
                _left += delivery.Quantity;
            }

            return _left >= 0 ? _at : null;
        }
    }

    /// <summary>Cancels the order's backorders; returns the units that were still open.</summary>
    private List<SkuQuantity> CancelBackorders(Guid orderId)
    {
        var waiting = _backorders.Of(orderId);
        foreach (var open in waiting)
            Put(open with { State = BackorderState.Cancelled });
        return [.. waiting.Select(b => new SkuQuantity(b.Sku, b.Left))];
    }

    private object Decide(JoinWaitlistCommand join)
    {
        if ((CheckStocked([join.Sku]) ?? CheckOnSale([join.Sku])) is { } refusal)
            return refusal;
        if (_waitlist.Of(join.Sku, join.Customer) is not null)
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
        Put(entry);
        ServeQueue([join.Sku]);
        var now = Waitlist[entry.Id];
        return new StockResponses.WaitlistResponse(
            now.Id,
            now.Sku,
            now.Quantity,
            now.State,
            now.State == WaitlistEntryState.Offered ? 0 : _waitlist.Waiting(join.Sku)
        );
    }

    private object Decide(LeaveWaitlistCommand leave)
    {
        if (_waitlist.Of(leave.Sku, leave.Customer) is not { } entry)
            return new Refusal(RefusalKind.NotFound, $"waitlist entry for '{leave.Sku}'");
        if (entry.State == WaitlistEntryState.Offered)
            return new Refusal(RefusalKind.Ended, $"waitlist entry for '{leave.Sku}'", State: entry.State);
        Put(entry with { State = WaitlistEntryState.Left });
        return new StockResponses.WaitlistResponse(entry.Id, entry.Sku, entry.Quantity, WaitlistEntryState.Left, 0);
    }

    private bool HasOpenBackorders(Guid orderId) => _backorders.Of(orderId).Count > 0;

    private void Put(Backorder backorder)
    {
        Backorders[(backorder.OrderId, backorder.Sku)] = backorder;
        _backorders.Put(backorder);
    }

    /// <summary>
    /// Who is at the limit per customer is passed over, and keeps the place in the line. Of an item that is not on sale
    /// nothing is offered.
    /// </summary>
    private bool MayBeOffered(WaitlistEntry entry) =>
        _loaded.Items.GetValueOrDefault(entry.Sku)?.OnSale != false && RemainingLimit(entry.Customer, entry.Sku) > 0;

    private void Put(WaitlistEntry entry)
    {
        Waitlist[entry.Id] = entry;
        _waitlist.Put(entry);
    }
}
