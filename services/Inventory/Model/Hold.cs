namespace DaprShop.Inventory.Model;

/// <summary>A time-limited claim of a customer.</summary>
/// <param name="EntryId">
/// The waitlist entry that this hold is an offer for; null for a hold that the customer placed.
/// </param>
internal sealed record Hold(
    Guid Id,
    string Customer,
    HoldState State,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<AllocationPart> Lines,
    Guid? EntryId = null
)
{
    /// <summary>True before its end. The clock decides: whether the sweeper has run makes no difference.</summary>
    public bool IsUsable(DateTimeOffset now) => State == HoldState.Active && ExpiresAt > now;

    /// <summary>The hold as of a time: an active hold whose end has passed is expired.</summary>
    public Hold At(DateTimeOffset now) =>
        State == HoldState.Active && !IsUsable(now) ? this with { State = HoldState.Expired } : this;
}

internal enum HoldState
{
    Active,

    /// <summary>Its units were allocated to an order.</summary>
    Committed,

    /// <summary>Ended by its customer or an operator before its time.</summary>
    Released,

    /// <summary>Its time has passed.</summary>
    Expired,
}
