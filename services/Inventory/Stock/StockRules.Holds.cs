using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Time-limited claims. The clock decides whether one stands; a hold ends in exactly one way.</summary>
internal sealed partial class StockRules
{
    private object Decide(PlaceHoldCommand place)
    {
        var wanted = Summed(place.Lines);
        if (CheckStocked(wanted.Select(w => w.Sku)) is { } refusal)
            return refusal;
        if (
            wanted.FirstOrDefault(w =>
                w.Quantity + _known.HeldBy.GetValueOrDefault((place.Customer, w.Sku))
                > MayStillBuy(place.Customer, w.Sku)
            ) is
            { Sku: { } beyond }
        )
            return new Refusal(RefusalKind.LimitExceeded, beyond, State: _known.Items[beyond].MaxPerCustomer);
        var missing = wanted
            .Where(w => w.Quantity > _stock.Available(w.Sku))
            .Select(w => _stock.Describe(w.Sku, w.Quantity))
            .ToList();
        if (missing.Count > 0)
            return new Refusal(RefusalKind.OutOfStock, missing[0].Sku, missing);
        var hold = new Hold(
            place.HoldId,
            place.Customer,
            HoldState.Active,
            place.ExpiresAt,
            SourcingRules.Plan(wanted, _stock.At, _policy.Sourcing)
        );
        Take(hold, place.Because(hold.Id.ToString()));
        return Told(hold);
    }

    private object Decide(ExtendHoldCommand extend)
    {
        if (FindHold(extend.HoldId, extend.Owner) is not { } hold)
            return new Refusal(RefusalKind.NotFound, $"hold {extend.HoldId}");

        // An offer's time is the line's, not the customer's.
        if (!hold.IsUsable(_now) || hold.EntryId is not null)
            return new Refusal(
                RefusalKind.Ended,
                $"hold {hold.Id}",
                State: hold.EntryId is null ? hold.State : WaitlistEntryState.Offered
            );
        return Told(Holds[hold.Id] = hold with { ExpiresAt = extend.ExpiresAt });
    }

    private object Decide(ClaimOfferCommand take)
    {
        if (FindHold(take.HoldId, take.Owner) is not { EntryId: not null } hold)
            return new Refusal(RefusalKind.NotFound, $"offer {take.HoldId}");
        if (!hold.IsUsable(_now))
            return new Refusal(RefusalKind.Ended, $"offer {hold.Id}", State: hold.State);
        var taken = Holds[hold.Id] = hold with
        {
            ExpiresAt = take.ExpiresAt > hold.ExpiresAt ? take.ExpiresAt : hold.ExpiresAt,
        };
        return new Offer(
            taken.Id,
            taken.Customer,
            [
                .. taken
                    .Lines.GroupBy(l => l.Sku)
                    .Select(g => new OrderedUnits(g.Key, checked((int)g.Sum(l => l.Quantity)))),
            ],
            taken.ExpiresAt
        );
    }

    private object Decide(ReleaseHoldCommand release)
    {
        if (FindHold(release.HoldId, release.Owner) is not { } hold)
            return new Refusal(RefusalKind.NotFound, $"hold {release.HoldId}");
        if (hold.State != HoldState.Active)
            return new Refusal(RefusalKind.Ended, $"hold {hold.Id}", State: hold.State);
        var ended = End(hold, HoldState.Released, WaitlistEntryState.Declined);
        GiveBack(hold.Lines, MovementKind.Released, release.Because(hold.Id.ToString()));
        Serve(hold.Lines.Select(l => l.Sku));
        return Told(ended);
    }

    private void Expire(IReadOnlyList<Hold> lapsed)
    {
        foreach (var hold in lapsed)
        {
            End(hold, HoldState.Expired, WaitlistEntryState.Lapsed);
            GiveBack(hold.Lines, MovementKind.Expired, new Cause(hold.Id.ToString(), StockActors.Clock));
        }

        // Once for all: who waits for two units gets them of two offers that lapsed together.
        Serve(lapsed.SelectMany(h => h.Lines).Select(l => l.Sku));
    }

    /// <summary>The hold that the order comes with, if it is this customer's and its time is not over. Without one, an order takes what is available.</summary>
    private Hold? UsableHold(ReserveOrder order) =>
        order is { HoldId: { } id, Customer: { } customer } && FindHold(id, customer) is { } hold && hold.IsUsable(_now)
            ? hold
            : null;

    private static List<AllocationPart> FromHold(Hold? hold, IReadOnlyList<SkuQuantity> wanted)
    {
        var parts = new List<AllocationPart>();
        foreach (var (sku, quantity) in wanted)
        {
            var left = quantity;
            foreach (var line in hold?.Lines.Where(l => l.Sku == sku) ?? [])
            {
                var part = Math.Min(left, line.Quantity);
                if (part > 0)
                    parts.Add(line with { Quantity = part });
                left -= part;
            }
        }

        return parts;
    }

    /// <summary>Ends a hold that became an allocation; what the order did not want goes back.</summary>
    private void Commit(Hold hold, IReadOnlyList<SkuQuantity> wanted, Guid? trace)
    {
        var taken = FromHold(hold, wanted).ToDictionary(p => (p.Sku, p.Location), p => p.Quantity);
        var rest = hold
            .Lines.Select(l => l with { Quantity = l.Quantity - taken.GetValueOrDefault((l.Sku, l.Location)) })
            .Where(l => l.Quantity > 0)
            .ToList();
        End(hold, HoldState.Committed, WaitlistEntryState.Purchased);
        GiveBack(rest, MovementKind.Released, new Cause(hold.Id.ToString(), StockActors.Saga, null, trace));
        Serve(rest.Select(l => l.Sku));
    }

    private void Take(Hold hold, Cause cause)
    {
        Move(() =>
        {
            foreach (var (sku, location, quantity) in hold.Lines)
                _stock.Move(sku, location, MovementKind.Held, quantity, new(Held: quantity), cause);
        });
        Holds[hold.Id] = hold;
        CountHeld(hold, 1);
    }

    /// <summary>Frees the units of a hold that has ended before: whoever gives back an offer is not served with it again.</summary>
    private void GiveBack(IReadOnlyList<AllocationPart> lines, MovementKind kind, Cause cause) =>
        Move(() =>
        {
            foreach (var (sku, location, quantity) in lines)
                _stock.Move(sku, location, kind, -quantity, new(Held: -quantity), cause);
        });

    private Hold End(Hold hold, HoldState state, WaitlistEntryState place)
    {
        if (hold.EntryId is { } entry && LineEntry(entry) is { } waiting)
            Waitlist[entry] = waiting with { State = place };
        CountHeld(hold, -1);
        return Holds[hold.Id] = hold with { State = state };
    }

    private void CountHeld(Hold hold, int sign)
    {
        foreach (var line in hold.Lines)
            _known.HeldBy[(hold.Customer, line.Sku)] =
                _known.HeldBy.GetValueOrDefault((hold.Customer, line.Sku)) + sign * line.Quantity;
    }

    private WaitlistEntry? LineEntry(Guid id) =>
        Waitlist.GetValueOrDefault(id) ?? _known.Waitlist.FirstOrDefault(w => w.Id == id);

    private Hold? FindHold(Guid id, string? owner) =>
        (Holds.GetValueOrDefault(id) ?? _known.Holds.GetValueOrDefault(id)) is { } hold
        && (owner is null || hold.Customer == owner)
            ? hold
            : null;

    private static StockResponses.HoldResponse Told(Hold hold) => StockResponses.HoldResponse.Of(hold);
}
