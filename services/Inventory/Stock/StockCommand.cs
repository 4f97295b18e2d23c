using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>A command that changes stock.</summary>
internal abstract record StockCommand
{
    /// <summary>The name in failpoints: the type's name without its suffix.</summary>
    public string Name => GetType().Name[..^"Command".Length];

    /// <summary>W3C trace id of the request; it is recorded on the movements.</summary>
    public Guid? Trace { get; init; }

    /// <summary>SKUs whose levels the decision needs.</summary>
    public virtual IEnumerable<string> Skus => [];

    /// <summary>Locations that the caller names: each must be declared.</summary>
    public virtual IEnumerable<string> Locations => [];

    /// <summary>Orders whose reservations the decision needs.</summary>
    public virtual IEnumerable<Guid> OrderIds => [];

    /// <summary>Holds that the decision needs.</summary>
    public virtual IEnumerable<Guid> HoldIds => [];

    /// <summary>Inbound documents that the decision needs.</summary>
    public virtual IEnumerable<string> Documents => [];
}

/// <summary>
/// Allocates to each order, in this sequence, all of its units or none. An order that may wait gets the available units
/// now and the rest later.
/// </summary>
internal sealed record ReserveCommand(IReadOnlyList<ReserveOrder> Orders) : StockCommand
{
    public override IEnumerable<string> Skus => Orders.SelectMany(o => o.Lines).Select(l => l.Sku);

    public override IEnumerable<Guid> OrderIds => Orders.Select(o => o.OrderId);

    public override IEnumerable<Guid> HoldIds => Orders.Select(o => o.HoldId).OfType<Guid>();
}

/// <summary>Releases the units of these orders, and refuses later reserves of them.</summary>
internal sealed record ReleaseCommand(IReadOnlyList<Guid> Orders) : StockCommand
{
    public override IEnumerable<Guid> OrderIds => Orders;
}

/// <summary>Releases the units of these holds, if they have expired.</summary>
internal sealed record ExpireHoldsCommand(IReadOnlyList<Guid> Holds) : StockCommand
{
    public override IEnumerable<Guid> HoldIds => Holds;
}

/// <summary>
/// A command that is executed once per key, wholly or not at all; a repetition gets the recorded response.
/// </summary>
/// <param name="Fingerprint">Hash of the request. A request with the same key and another hash is refused.</param>
/// <param name="Actor">The person or component that requests it.</param>
internal abstract record KeyedCommand(string Key, byte[] Fingerprint, string Actor, string? Reason) : StockCommand
{
    /// <summary>
    /// The customer whose key it is; empty for keys of operators and services. The latter are names of deliveries,
    /// shipments and returns: with an owner of their own, no customer can use such a key first.
    /// </summary>
    public virtual string KeyOwner => "";

    /// <summary>
    /// The name that the caller chose for its movements; null where it chose none. It must not be an order's id: the
    /// movements would be taken for the order's.
    /// </summary>
    public virtual string? ChosenCause => null;

    public override IEnumerable<Guid> OrderIds => Guid.TryParse(ChosenCause, out var order) ? [order] : [];

    /// <summary>Who <see cref="Actor"/> is; most commands are those of operators.</summary>
    public virtual ActorType ActorType { get; init; } = ActorType.Operator;

    public Cause Because(string? id = null) => new(id ?? Key, Actor, ActorType, Reason, Trace);
}

/// <summary>Units, signed, of a SKU at a location.</summary>
internal sealed record StockLine(string Sku, string Location, int Quantity);

/// <summary>A physical movement of one or more levels: received, adjusted or returned.</summary>
/// <param name="Cause">The key, or a reference that is booked only once.</param>
/// <param name="Unavailable">True: the units are set aside, and stay so or leave so.</param>
internal sealed record BookCommand(
    string Key,
    byte[] Fingerprint,
    MovementKind Kind,
    string Cause,
    string Actor,
    string? Reason,
    IReadOnlyList<StockLine> Lines,
    bool Unavailable = false
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override string ChosenCause => Cause;

    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);

    public override IEnumerable<string> Locations => Lines.Select(l => l.Location);
}

/// <summary>Sets on-hand to the counted units.</summary>
/// <param name="Expected">
/// On-hand as the caller knows it: the count is refused where it differs. Null: not checked.
/// </param>
/// <param name="Unavailable">
/// How many of the counted units are set aside. Null: as many as before, if that many were counted.
/// </param>
/// <param name="MayFallShort">Accepts a count below the promised units, and records the shortage.</param>
internal sealed record CountCommand(
    string Key,
    byte[] Fingerprint,
    string Sku,
    string Location,
    long Counted,
    long? Expected,
    bool MayFallShort,
    string Actor,
    string? Reason,
    long? Unavailable = null
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override string ChosenCause => Key;

    public override IEnumerable<string> Skus => [Sku];

    public override IEnumerable<string> Locations => [Location];
}

/// <summary>Withholds units from sale or, with a negative quantity, returns them to sale.</summary>
internal sealed record WithholdCommand(string Key, byte[] Fingerprint, StockLine Line, string Actor, string? Reason)
    : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override string ChosenCause => Key;

    public override IEnumerable<string> Skus => [Line.Sku];

    public override IEnumerable<string> Locations => [Line.Location];
}

/// <summary>Ships units allocated to an order: these lines, or all where <paramref name="Lines"/> is null.</summary>
internal sealed record ShipCommand(
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    IReadOnlyList<ShippedUnits>? Lines,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override ActorType ActorType { get; init; } = ActorType.System;

    public override IEnumerable<Guid> OrderIds => [OrderId];
}

/// <summary>Moves units that are allocated to an order from one location to another.</summary>
internal sealed record MoveAllocationCommand(
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    string Sku,
    string From,
    string To,
    int Quantity,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Skus => [Sku];

    public override IEnumerable<string> Locations => [From, To];

    public override IEnumerable<Guid> OrderIds => [OrderId];
}

/// <summary>Releases units of an order: those it waits for first, then allocated ones.</summary>
/// <param name="Number">Number of the cancellation within its order.</param>
internal sealed record ReleaseUnitsCommand(
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    int Number,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);

    public override IEnumerable<Guid> OrderIds => [OrderId];
}

/// <summary>Books returned units of an order.</summary>
/// <param name="Number">Number of the return within its order.</param>
/// <param name="Lines">Each with its location, and with a disposition other than refuse.</param>
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

    public override IEnumerable<string> Locations => Lines.Select(l => l.Location).OfType<string>();

    public override IEnumerable<Guid> OrderIds => [OrderId];
}

/// <summary>Holds units for a customer until <paramref name="ExpiresAt"/>.</summary>
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
    public override ActorType ActorType { get; init; } = ActorType.Customer;

    public override string KeyOwner => ActorType == ActorType.Customer ? Actor : "";

    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);
}

/// <summary>Changes the end of a hold.</summary>
/// <param name="Owner">The customer who must own the hold; null for an operator.</param>
internal sealed record ExtendHoldCommand(
    string Key,
    byte[] Fingerprint,
    Guid HoldId,
    string? Owner,
    DateTimeOffset ExpiresAt,
    string Actor
) : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override ActorType ActorType { get; init; } = Owner is null ? ActorType.Operator : ActorType.Customer;

    public override string KeyOwner => ActorType == ActorType.Customer ? Actor : "";

    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>Lets a hold stand until the saga of an order that is being accepted has used it.</summary>
/// <param name="RequestKey">Names the request that places the order: the hold is claimed for it once.</param>
/// <param name="OfferOnly">True: the hold must be an offer.</param>
internal sealed record ClaimHoldCommand(Guid HoldId, Guid OrderId, string? Owner, string RequestKey, bool OfferOnly)
    : KeyedCommand($"claim:{HoldId}:{RequestKey}", [], StockActors.Saga, null)
{
    public override ActorType ActorType { get; init; } = ActorType.System;

    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>Serves those who wait for a SKU, after a rule of its item has changed.</summary>
internal sealed record ServeQueueCommand(string Sku) : StockCommand
{
    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Ends the claims of these orders, which do not wait for stock, on holds that stood for a while.</summary>
internal sealed record ReviewClaimsCommand(IReadOnlyList<Guid> Holds, IReadOnlyList<Guid> EndedOrders) : StockCommand
{
    public override IEnumerable<Guid> HoldIds => Holds;
}

/// <summary>Ends a hold before its time. An offer that is released is declined.</summary>
internal sealed record ReleaseHoldCommand(string Key, byte[] Fingerprint, Guid HoldId, string? Owner, string Actor)
    : KeyedCommand(Key, Fingerprint, Actor, null)
{
    public override ActorType ActorType { get; init; } = Owner is null ? ActorType.Operator : ActorType.Customer;

    public override string KeyOwner => ActorType == ActorType.Customer ? Actor : "";

    public override IEnumerable<Guid> HoldIds => [HoldId];
}

/// <summary>Adds a customer to the waitlist of a SKU.</summary>
internal sealed record JoinWaitlistCommand(
    string Key,
    byte[] Fingerprint,
    Guid EntryId,
    string Sku,
    string Customer,
    int Quantity
) : KeyedCommand(Key, Fingerprint, Customer, null)
{
    public override ActorType ActorType { get; init; } = ActorType.Customer;

    public override string KeyOwner => ActorType == ActorType.Customer ? Actor : "";

    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Removes a customer from the waitlist of a SKU.</summary>
internal sealed record LeaveWaitlistCommand(string Key, byte[] Fingerprint, string Sku, string Customer)
    : KeyedCommand(Key, Fingerprint, Customer, null)
{
    public override ActorType ActorType { get; init; } = ActorType.Customer;

    public override string KeyOwner => ActorType == ActorType.Customer ? Actor : "";

    public override IEnumerable<string> Skus => [Sku];
}

/// <summary>Announces units to a location: from a supplier, or sent at once from <paramref name="Source"/>.</summary>
/// <param name="Unavailable">True: the units are set aside before, on the way and after.</param>
internal sealed record OpenInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor,
    string? Reason,
    bool Unavailable = false
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override string ChosenCause => Reference;

    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);

    public override IEnumerable<string> Locations => Source is null ? [Location] : [Source, Location];

    public override IEnumerable<string> Documents => [Reference];
}

/// <summary>Books arrived units of an inbound document.</summary>
/// <param name="Unavailable">True: the units are set aside as they arrive.</param>
internal sealed record ReceiveInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor,
    string? Reason,
    bool Unavailable = false
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Documents => [Reference];
}

/// <summary>Changes when an inbound document is expected.</summary>
internal sealed record ChangeInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    DateTimeOffset? ExpectedAt,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Documents => [Reference];
}

/// <summary>Repairs <see cref="StockDamage"/>, then serves backorders and waitlists.</summary>
internal sealed record RepairCommand(string Key, byte[] Fingerprint, IReadOnlyList<string> RepairedSkus, string Reason)
    : KeyedCommand(Key, Fingerprint, StockActors.Auditor, Reason)
{
    public override ActorType ActorType { get; init; } = ActorType.System;

    public override IEnumerable<string> Skus => RepairedSkus;
}

/// <summary>
/// Closes an inbound document: units that have not arrived are returned to the location that sent them, or written off.
/// </summary>
internal sealed record CloseInboundCommand(
    string Key,
    byte[] Fingerprint,
    string Reference,
    bool ReturnsToSource,
    string Actor,
    string? Reason
) : KeyedCommand(Key, Fingerprint, Actor, Reason)
{
    public override IEnumerable<string> Documents => [Reference];
}
