using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Holds and offers. The clock decides whether one is usable; a hold ends in exactly one state.</summary>
internal sealed partial class StockRules
{
    private object Decide(PlaceHoldCommand command)
    {
        var wanted = SumBySku(command.Lines);
        var skus = wanted.Select(w => w.Sku);
        if ((CheckStocked(skus) ?? CheckOnSale(skus)) is { } refusal)
            return refusal;
        if (
            wanted.FirstOrDefault(w => w.Quantity > RemainingLimit(command.Customer, w.Sku)) is { Sku: { } beyondLimit }
        )
            return BeyondLimit(beyondLimit);
        var missing = wanted
            .Where(w => w.Quantity > _stock.Available(w.Sku))
            .Select(w => _stock.Describe(w.Sku, w.Quantity))
            .ToList();
        if (missing.Count > 0)
            return new Refusal(RefusalKind.OutOfStock, missing[0].Sku, missing);
        var hold = new Hold(
            command.HoldId,
            command.Customer,
            HoldState.Active,
            command.ExpiresAt,
            ToHoldLines(SourcingRules.Plan(wanted, _stock.At, _policy.Sourcing))
        );
        PlaceHold(hold, command.Because(hold.Id.ToString()));
        return ToResponse(hold);
    }

    private object Decide(ExtendHoldCommand extend)
    {
        if (FindHold(extend.HoldId, extend.Owner) is not { } hold)
            return new Refusal(RefusalKind.NotFound, $"hold {extend.HoldId}");

        // An offer ends at its time, so that the next entry of the waitlist gets its turn.
        if (!hold.IsUsable(_now) || hold.EntryId is not null)
            return new Refusal(
                RefusalKind.Ended,
                $"hold {hold.Id}",
                State: hold.EntryId is null ? hold.State : WaitlistEntryState.Offered
            );
        return ToResponse(Holds[hold.Id] = hold with { ExpiresAt = extend.ExpiresAt });
    }

    private object Decide(ClaimHoldCommand claim)
    {
        var subject = $"{(claim.OfferOnly ? "offer" : "hold")} {claim.HoldId}";
        if (FindHold(claim.HoldId, claim.Owner) is not { } hold || claim.OfferOnly && hold.EntryId is null)
            return new Refusal(RefusalKind.NotFound, subject);
        if (!hold.IsUsable(_now))
            return new Refusal(RefusalKind.Ended, subject, State: hold.At(_now).State);
        Holds[hold.Id] = hold with { Claims = [.. hold.Claims ?? [], claim.OrderId], ClaimedAt = _now };
        return new ClaimedHold(
            hold.Id,
            claim.OrderId,
            hold.Customer,
            [
                .. hold
                    .Left.GroupBy(l => l.Sku, StringComparer.Ordinal)
                    .Select(g => new OrderedUnits(g.Key, checked((int)g.Sum(l => l.Quantity)))),
            ]
        );
    }

    private ReviewClaimsCommand Decide(ReviewClaimsCommand review)
    {
        foreach (var id in review.Holds)
        {
            if (FindHold(id, null) is not { State: HoldState.Active } hold)
                continue;
            Holds[id] = review.EndedOrders.Aggregate(hold, (h, order) => h.Without(order)) with { ClaimedAt = _now };
            ExpireWhereDue(id);
        }

        return review;
    }

    /// <summary>The order's saga has decided: the hold that it named stands no longer for it.</summary>
    private void EndClaims(Guid orderId)
    {
        foreach (
            var hold in _loaded
                .Holds.Keys.Union(Holds.Keys)
                .Select(id => FindHold(id, null)!)
                .Where(h => h.Claims?.Contains(orderId) == true)
                .ToList()
        )
        {
            Holds[hold.Id] = hold.Without(orderId);
            ExpireWhereDue(hold.Id);
        }
    }

    private void ExpireWhereDue(Guid id)
    {
        if (Holds[id].HasExpired(_now))
            Expire([Holds[id]]);
    }

    private object Decide(ReleaseHoldCommand release)
    {
        if (FindHold(release.HoldId, release.Owner) is not { } hold)
            return new Refusal(RefusalKind.NotFound, $"hold {release.HoldId}");
        if (hold.State != HoldState.Active)
            return new Refusal(RefusalKind.Ended, $"hold {hold.Id}", State: hold.State);
        if (hold.IsClaimed)
            return new Refusal(RefusalKind.InUse, $"hold {hold.Id}");
        var ended = EndHold(hold, HoldState.Released, WaitlistEntryState.Declined);
        ReleaseUnits(hold.Left, MovementKind.Released, release.Because(hold.Id.ToString()));
        ServeQueue(hold.Left.Select(l => l.Sku));
        return ToResponse(ended);
    }

    private void Expire(IReadOnlyList<Hold> expired)
    {
        foreach (var hold in expired)
        {
            EndHold(hold, HoldState.Expired, WaitlistEntryState.Lapsed);
            ReleaseUnits(hold.Left, MovementKind.Expired, Cause.OfSystem(hold.Id.ToString(), StockActors.Clock));
        }

        // After all holds have been released: an entry that waits for two units gets them from two offers that expired
        // together.
        ServeQueue(expired.SelectMany(h => h.Left).Select(l => l.Sku));
    }

    /// <summary>
    /// The hold that the order names, if it belongs to the order's customer and has not ended. Without one, the order
    /// is served from available stock.
    /// </summary>
    private Hold? UsableHold(ReserveOrder order) =>
        order is { HoldId: { } id, Customer: { } customer }
        && FindHold(id, customer) is { } hold
        && hold.IsUsableBy(order.OrderId, _now)
            ? hold
            : null;

    /// <summary>
    /// Takes units that became an allocation out of their hold. What the order did not need stays held until the hold
    /// ends; a hold whose units are all used has ended.
    /// </summary>
    private void UseHold(Hold hold, IReadOnlyList<SourcedPart> parts)
    {
        var taken = parts.Where(p => p.Held > 0).ToDictionary(p => (p.Sku, p.Location), p => p.Held);
        if (taken.Count == 0)
            return;
        CountHeld(hold, -1);
        var left = Holds[hold.Id] = hold with
        {
            Lines =
            [
                .. hold.Lines.Select(l => l with { Used = l.Used + taken.GetValueOrDefault((l.Sku, l.Location)) }),
            ],
        };
        CountHeld(left, 1);
        if (!left.Left.Any())
            EndHold(left, HoldState.Committed, WaitlistEntryState.Purchased);
    }

    private void PlaceHold(Hold hold, Cause cause)
    {
        Move(() =>
        {
            foreach (var (sku, location, quantity) in hold.Left)
                _stock.Move(sku, location, MovementKind.Held, quantity, new(Held: quantity), cause);
        });
        Holds[hold.Id] = hold;
        CountHeld(hold, 1);
    }

    /// <summary>
    /// Releases the units of a hold. End the hold first, so that a customer who declines an offer does not get it
    /// again.
    /// </summary>
    private void ReleaseUnits(IEnumerable<AllocationPart> lines, MovementKind kind, Cause cause) =>
        Move(() =>
        {
            foreach (var (sku, location, quantity) in lines)
                _stock.Move(sku, location, kind, -quantity, new(Held: -quantity), cause);
        });

    private Hold EndHold(Hold hold, HoldState state, WaitlistEntryState entryState)
    {
        if (hold.EntryId is { } entry && _waitlist.Find(entry) is { } waiting)
            Put(waiting with { State = entryState });
        CountHeld(hold, -1);
        return Holds[hold.Id] = hold with { State = state };
    }

    private void CountHeld(Hold hold, int sign)
    {
        foreach (var part in hold.Left)
            Count(hold.Customer, part.Sku, sign * part.Quantity);
    }

    private static IReadOnlyList<HoldLine> ToHoldLines(IEnumerable<AllocationPart> parts) =>
        [.. parts.Select(p => new HoldLine(p.Sku, p.Location, p.Quantity))];

    private Hold? FindHold(Guid id, string? owner) =>
        (Holds.GetValueOrDefault(id) ?? _loaded.Holds.GetValueOrDefault(id)) is { } hold
        && (owner is null || hold.Customer == owner)
            ? hold
            : null;

    private static StockResponses.HoldResponse ToResponse(Hold hold) => StockResponses.HoldResponse.Of(hold);
}
