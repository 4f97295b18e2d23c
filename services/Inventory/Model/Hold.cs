namespace DaprShop.Inventory.Model;

/// <summary>A time-limited claim of a customer.</summary>
/// <param name="EntryId">The place in a waitlist that this is the offer for; null for a hold that the customer asked for.</param>
internal sealed record Hold(
    Guid Id,
    string Customer,
    HoldState State,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<AllocationPart> Lines,
    Guid? EntryId = null
)
{
    /// <summary>The clock decides; that a sweeper has not come by yet changes nothing.</summary>
    public bool IsUsable(DateTimeOffset now) => State == HoldState.Active && ExpiresAt > now;

    /// <summary>The hold as it stands at a time.</summary>
    public Hold At(DateTimeOffset now) =>
        State == HoldState.Active && !IsUsable(now) ? this with { State = HoldState.Expired } : this;
}

internal enum HoldState
{
    Active,
    Committed,
    Released,
    Expired,
}
