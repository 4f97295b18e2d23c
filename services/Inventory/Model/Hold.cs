namespace DaprShop.Inventory.Model;

/// <summary>A time-limited claim of a customer.</summary>
/// <param name="EntryId">
/// The waitlist entry that this hold is an offer for; null for a hold that the customer placed.
/// </param>
/// <param name="Claims">Accepted orders that name the hold and whose sagas have not used it yet.</param>
/// <param name="ClaimedAt">When it was last claimed, or its claims were reviewed.</param>
internal sealed record Hold(
    Guid Id,
    string Customer,
    HoldState State,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<HoldLine> Lines,
    Guid? EntryId = null,
    IReadOnlyList<Guid>? Claims = null,
    DateTimeOffset? ClaimedAt = null
)
{
    /// <summary>The units that no order has used, per level.</summary>
    public IEnumerable<AllocationPart> Left =>
        Lines.Where(l => l.Left > 0).Select(l => new AllocationPart(l.Sku, l.Location, l.Left));

    /// <summary>True where accepted orders name it that have not used it yet.</summary>
    public bool IsClaimed => Claims is { Count: > 0 };

    /// <summary>True before its end. The clock decides: whether the sweeper has run makes no difference.</summary>
    public bool IsUsable(DateTimeOffset now) => State == HoldState.Active && ExpiresAt > now;

    /// <summary>True before its end, and for an order that claimed it before its end.</summary>
    public bool IsUsableBy(Guid orderId, DateTimeOffset now) =>
        State == HoldState.Active && (ExpiresAt > now || Claims?.Contains(orderId) == true);

    /// <summary>True where its time has passed, it is not ended yet, and no order claims it any more.</summary>
    public bool HasExpired(DateTimeOffset now) => State == HoldState.Active && ExpiresAt <= now && !IsClaimed;

    /// <summary>The hold as of a time: an active hold whose end has passed is expired.</summary>
    public Hold At(DateTimeOffset now) => HasExpired(now) ? this with { State = HoldState.Expired } : this;

    /// <summary>The claims of a text in which commas separate the orders' ids.</summary>
    public static IReadOnlyList<Guid> ParseClaims(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse)];

    /// <summary>The hold without the claim of an order.</summary>
    public Hold Without(Guid orderId) => this with { Claims = [.. (Claims ?? []).Where(c => c != orderId)] };
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
