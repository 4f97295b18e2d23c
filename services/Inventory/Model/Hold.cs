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
    IReadOnlyList<HoldLine> Lines,
    Guid? EntryId = null
)
{
    /// <summary>The units that no order has used, per level.</summary>
    public IEnumerable<AllocationPart> Left =>
        Lines.Where(l => l.Left > 0).Select(l => new AllocationPart(l.Sku, l.Location, l.Left));

    /// <summary>True before its end. The clock decides: whether the sweeper has run makes no difference.</summary>
    public bool IsUsable(DateTimeOffset now) => State == HoldState.Active && ExpiresAt > now;

    /// <summary>The hold as of a time: an active hold whose end has passed is expired.</summary>
    public Hold At(DateTimeOffset now) =>
        State == HoldState.Active && !IsUsable(now) ? this with { State = HoldState.Expired } : this;
}

/// <summary>Units of one level in a hold.</summary>
/// <param name="Used">Units of <paramref name="Quantity"/> that were allocated to orders.</param>
internal sealed record HoldLine(string Sku, string Location, long Quantity, long Used = 0)
{
    /// <summary>Units that no order has used.</summary>
    public long Left => Quantity - Used;
}

internal enum HoldState
{
    Active,

    /// <summary>All its units were allocated to orders.</summary>
    Committed,

    /// <summary>Ended by its customer or an operator before its time.</summary>
    Released,

    /// <summary>Its time has passed.</summary>
    Expired,
}
