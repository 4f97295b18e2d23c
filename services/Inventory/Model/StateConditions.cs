using DaprShop.Contracts;

namespace DaprShop.Inventory.Model;

/// <summary>
/// Conditions on a <c>state</c> column, for statements and for partial indexes. A statement uses a partial index only
/// where it repeats the index's condition, so both take it from here. In a join, put the table's alias and a dot
/// before.
/// </summary>
internal static class StateConditions
{
    /// <summary>Reservations that have units allocated, or wait for some.</summary>
    public static readonly string ClaimingReservation = AnyOf(ReservationState.Allocated, ReservationState.Backordered);

    /// <summary>Backorders that still wait for units.</summary>
    public static readonly string OpenBackorder = AnyOf(BackorderState.Open);

    /// <summary>Holds that have not ended. One whose time has passed stays active until it is swept.</summary>
    public static readonly string ActiveHold = AnyOf(HoldState.Active);

    /// <summary>Holds of an active state that accepted orders claim.</summary>
    public static readonly string ClaimedHold = $"{ActiveHold} and claimed_by <> '{{}}'";

    /// <summary>Waitlist entries that wait or have an offer.</summary>
    public static readonly string OpenWaitlistEntry = AnyOf(WaitlistEntryState.Waiting, WaitlistEntryState.Offered);

    /// <summary>Waitlist entries that wait for an offer.</summary>
    public static readonly string WaitingWaitlistEntry = AnyOf(WaitlistEntryState.Waiting);

    /// <summary>Waitlist entries that have an offer.</summary>
    public static readonly string OfferedWaitlistEntry = AnyOf(WaitlistEntryState.Offered);

    /// <summary>Inbound documents of which units may still arrive.</summary>
    public static readonly string OpenInbound = AnyOf(
        InboundState.Expected,
        InboundState.InTransit,
        InboundState.PartiallyReceived
    );

    /// <summary>Lines of inbound documents of which units have not arrived.</summary>
    public const string OpenInboundLine = "expected > received + closed";

    private static string AnyOf<T>(params T[] states)
        where T : struct, Enum =>
        states.Length == 1
            ? $"state = '{EnumNames.Of(states[0])}'"
            : $"state in ({string.Join(", ", states.Select(state => $"'{EnumNames.Of(state)}'"))})";
}
