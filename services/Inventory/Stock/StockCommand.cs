using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>A wish to change stock.</summary>
internal abstract record StockCommand
{
    /// <summary>The type's name without its suffix.</summary>
    public string Name => GetType().Name[..^"Command".Length];

    /// <summary>W3C trace id of the request; it stands on the movements.</summary>
    public Guid? Trace { get; init; }

    /// <summary>SKUs whose levels the decision needs.</summary>
    public virtual IEnumerable<string> Skus => [];

    /// <summary>Orders whose claims the decision needs.</summary>
    public virtual IEnumerable<Guid> OrderIds => [];

    /// <summary>Holds that the decision needs.</summary>
    public virtual IEnumerable<Guid> HoldIds => [];

    /// <summary>Inbound documents that the decision needs.</summary>
    public virtual IEnumerable<string> Documents => [];
}

/// <summary>Allocate to each order, in this sequence, all it asks for or nothing; where it may wait, what is there now and the rest later.</summary>
internal sealed record ReserveCommand(IReadOnlyList<ReserveOrder> Orders) : StockCommand
{
    public override IEnumerable<string> Skus => Orders.SelectMany(o => o.Lines).Select(l => l.Sku);

    public override IEnumerable<Guid> OrderIds => Orders.Select(o => o.OrderId);

    public override IEnumerable<Guid> HoldIds => Orders.Select(o => o.HoldId).OfType<Guid>();
}

/// <summary>Give back what these orders have claimed, and refuse them from now on.</summary>
internal sealed record ReleaseCommand(IReadOnlyList<Guid> Orders) : StockCommand
{
    public override IEnumerable<Guid> OrderIds => Orders;
}

/// <summary>Give back what these holds claim, if their time is over.</summary>
internal sealed record ExpireHoldsCommand(IReadOnlyList<Guid> Holds) : StockCommand
{
    public override IEnumerable<Guid> HoldIds => Holds;
}

/// <summary>A request of a person, carried out wholly or not at all, once per key; a repetition gets the same answer.</summary>
/// <param name="Fingerprint">What a repetition must equal.</param>
/// <param name="Actor">Who asks.</param>
internal abstract record KeyedCommand(string Key, byte[] Fingerprint, string Actor, string? Reason) : StockCommand
{
    /// <summary>
    /// Whose key it is: a customer's own, or, when empty, the house's. The house names deliveries, shipments and returns, in words that no customer can take first.
    /// </summary>
    public virtual string KeyOwner => "";

    public Cause Because(string? id = null) => new(id ?? Key, Actor, Reason, Trace);
}

/// <summary>Units, signed, of a SKU at a location.</summary>
internal sealed record StockLine(string Sku, string Location, int Quantity);

/// <summary>A physical movement of one or more levels: received, adjusted or returned.</summary>
/// <param name="Cause">A reference that books only once, or the key.</param>
internal sealed record BookCommand(
    string Key,
    byte[] Fingerprint,
    MovementKind Kind,
    string Cause,
    string Actor,
    string? Reason,
    IReadOnlyList<StockLine> Lines
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);
}

/// <summary>Set on-hand to what was counted.</summary>
/// <param name="Expected">On-hand as the caller knows it: another value refuses the count. Null: whatever it is.</param>
/// <param name="MayFallShort">Accept a count below what is promised, and record the shortage.</param>
internal sealed record CountCommand(
    string Key,
    byte[] Fingerprint,
    string Sku,
    string Location,
    int Counted,
    long? Expected,
    bool MayFallShort,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Set units aside as not for sale, or, with a negative quantity, put them back.</summary>
internal sealed record WithholdCommand(string Key, byte[] Fingerprint, StockLine Line, string Actor, string? Reason)
    : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Skus => [Line.Sku];
}

/// <summary>Ship what an order has allocated: these lines, or all of it.</summary>
internal sealed record ShipCommand(
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    IReadOnlyList<ShippedUnits>? Lines,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override IEnumerable<Guid> OrderIds => [OrderId];
}

/// <summary>Take shipped units of an order back.</summary>
/// <param name="Number">Of the return, among those of its order.</param>
/// <param name="Lines">Each with its location, and with a disposition that takes it back.</param>
internal sealed record ReturnCommand(
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    int Number,
    IReadOnlyList<ReturnedUnits> Lines,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);
}

/// <summary>Hold units for a customer until <paramref name="ExpiresAt"/>.</summary>
internal sealed record PlaceHoldCommand(
    string Key,
    byte[] Fingerprint,
    Guid HoldId,
    string Customer,
    IReadOnlyList<OrderedUnits> Lines,
    DateTimeOffset ExpiresAt,
    string? Actor = null
) : KeyedCommand(Key, Fingerprint, Actor ?? Customer, null)
{
    public override string KeyOwner => Actor;

    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);
}

/// <summary>Move a hold's end.</summary>
/// <param name="Owner">Whose hold it must be; null where anyone's will do.</param>
internal sealed record ExtendHoldCommand(
    string Key,
    byte[] Fingerprint,
    Guid HoldId,
    string? Owner,
    DateTimeOffset ExpiresAt,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override string KeyOwner => Actor;

    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>An order is being placed with an offer: it stands until the order's saga has used it.</summary>
internal sealed record ClaimOfferCommand(Guid HoldId, string? Owner, DateTimeOffset ExpiresAt)
    : KeyedCommand($"offer:{HoldId}", [], StockActors.Saga, null)
{
    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>Give a hold's units back before its time. An offer that is given back is declined.</summary>
internal sealed record ReleaseHoldCommand(string Key, byte[] Fingerprint, Guid HoldId, string? Owner, string Actor)
    : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override string KeyOwner => Actor;

    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>Take a place in a SKU's waitlist.</summary>
internal sealed record JoinWaitlistCommand(
    string Key,
    byte[] Fingerprint,
    Guid EntryId,
    string Sku,
    string Customer,
    int Quantity
) : KeyedCommand(Key, Fingerprint, Customer, null)
{
    public override string KeyOwner => Actor;

    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Give a place in the line up.</summary>
internal sealed record LeaveWaitlistCommand(string Key, byte[] Fingerprint, string Sku, string Customer)
    : KeyedCommand(Key, Fingerprint, Customer, null)
{
    public override string KeyOwner => Actor;

    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Announce units to a location: ordered from a supplier, or sent from <paramref name="Source"/> at once.</summary>
internal sealed record OpenInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);

    public override IEnumerable<string> Documents => [Reference];
}

/// <summary>Book what has arrived of a document.</summary>
internal sealed record ReceiveInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Documents => [Reference];
}

/// <summary>Put right what should never be: see <see cref="StockDamage"/>. Then serve who waits.</summary>
internal sealed record RepairCommand(string Key, byte[] Fingerprint, IReadOnlyList<string> Named, string Reason)
    : KeyedCommand(Key, Fingerprint, StockActors.Auditor, Reason)
{
    public override IEnumerable<string> Skus => Named;
}

/// <summary>End a document: what has not arrived goes back to where it was sent from, or is given up.</summary>
internal sealed record CloseInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    bool GoesBack,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Documents => [Reference];
}
