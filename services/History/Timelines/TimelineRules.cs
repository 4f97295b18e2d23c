using DaprShop.Contracts;
using DaprShop.History.Model;

namespace DaprShop.History.Timelines;

/// <summary>Turns events into timeline entries. Event types that are not named here add nothing.</summary>
internal static class TimelineRules
{
    /// <summary>The order's owner, from the event that accepted it; null for any other event.</summary>
    public static OrderOwner? OwnerOf(LoggedEvent logged) =>
        logged.Type == EventTypes.OrderAccepted && logged.Read<OrderAccepted>() is var accepted
            ? new OrderOwner(accepted.OrderId, accepted.Customer)
            : null;

    /// <summary>
    /// The entries that an event adds to order timelines: one as a rule; one per order where a stock count leaves
    /// several orders short.
    /// </summary>
    public static IEnumerable<TimelineEntry> EntriesOf(LoggedEvent logged) =>
        Entries(logged).Select(e => e with { Trace = TraceOf(logged.TraceParent) });

    /// <summary>A page of entries that are partly not in the database yet.</summary>
    public static List<TimelineEntry> Merge(
        IEnumerable<TimelineEntry> read,
        IEnumerable<TimelineEntry> unread,
        TimelineCursor after,
        EntryFilter filter,
        bool newestFirst,
        int limit
    )
    {
        var entries = read.Concat(
                unread.Where(e =>
                    (filter.Kind is null || e.Type == filter.Kind)
                    && (filter.From is null || e.At >= filter.From)
                    && (filter.Until is null || e.At < filter.Until)
                    && Place(e).CompareTo((after.At, after.Step, after.Position)) is var side
                    && (newestFirst ? side < 0 : side > 0)
                )
            )
            .DistinctBy(Place);
        return [.. (newestFirst ? entries.OrderByDescending(Place) : entries.OrderBy(Place)).Take(limit)];
    }

    private static (DateTimeOffset, TimelineStep, long) Place(TimelineEntry entry) =>
        (entry.At, entry.Step, entry.Position);

    /// <summary>The stock movements that an event records; null where it records none.</summary>
    public static StockOperation? StockOperationOf(LoggedEvent logged) =>
        logged.Type == EventTypes.StockMoved && logged.Read<StockMoved>() is var moved
            ? new StockOperation(
                logged.Position,
                logged.OccurredAt,
                moved.Kind,
                moved.Cause,
                moved.Actor,
                moved.Reason,
                moved.Movements,
                TraceOf(logged.TraceParent)
            )
            : null;

    /// <summary>
    /// The entry that a stock operation adds to the timeline of the order or hold that caused it; null where neither
    /// did.
    /// </summary>
    public static TimelineEntry? EntryOf(StockOperation operation) =>
        Guid.TryParseExact(operation.Cause, "D", out var orderId)
            ? new TimelineEntry(
                orderId,
                operation.At,
                operation.Kind is "released" or "expired" ? TimelineStep.StockReleased : TimelineStep.StockChanged,
                operation.Position,
                $"stock.{operation.Kind}",
                null,
                null,
                operation.Reason,
                new EntryDetails(
                    Units: operation
                        .Movements.Where(m => operation.Kind != "reallocated" || m.Quantity > 0)
                        .Sum(m => Math.Abs((long)m.Quantity)),
                    Skus: operation.Movements.Select(m => m.Sku).Distinct(StringComparer.Ordinal).Count()
                ),
                Actor: operation.Actor,
                Trace: operation.Trace
            )
            : null;

    // A trace parent is version-trace-span-flags.
    private static string? TraceOf(string? traceParent) => traceParent?.Split('-') is [_, var trace, ..] ? trace : null;

    private static IEnumerable<TimelineEntry> Entries(LoggedEvent logged) =>
        logged.Type switch
        {
            EventTypes.OrderAccepted => [Entry(logged, logged.Read<OrderAccepted>())],
            EventTypes.OrderStatusChanged => [Entry(logged, logged.Read<OrderStatusChanged>())],
            EventTypes.StockRefused => [Entry(logged, logged.Read<StockRefused>())],
            EventTypes.StockShortfall => Entries(logged, logged.Read<StockShortfall>()),
            EventTypes.BackorderFilled => [Entry(logged, logged.Read<BackorderFilled>())],
            EventTypes.BackorderPromised => [Entry(logged, logged.Read<BackorderPromised>())],
            EventTypes.WaitlistOffered => [Entry(logged, logged.Read<WaitlistOffered>())],
            EventTypes.ShipmentStatusChanged => [Entry(logged, logged.Read<ShipmentStatusChanged>())],
            EventTypes.ReturnStatusChanged => [Entry(logged, logged.Read<ReturnStatusChanged>())],
            EventTypes.CancellationStatusChanged => [Entry(logged, logged.Read<CancellationStatusChanged>())],
            EventTypes.PaymentRecorded when Entry(logged, logged.Read<PaymentRecorded>()) is { } entry => [entry],
            _ => [],
        };

    private static TimelineEntry Entry(LoggedEvent logged, OrderAccepted accepted) =>
        new(
            accepted.OrderId,
            logged.OccurredAt,
            TimelineStep.Accepted,
            logged.Position,
            EntryTypes.OrderAccepted,
            null,
            "accepted",
            null,
            new EntryDetails(accepted.Number, accepted.Total, accepted.Units, accepted.Skus),
            logged.Version,
            accepted.Customer
        );

    private static TimelineEntry Entry(LoggedEvent logged, OrderStatusChanged changed) =>
        new(
            changed.OrderId,
            logged.OccurredAt,
            TimelineStep.StatusChanged,
            logged.Position,
            EntryTypes.OrderStatusChanged,
            changed.From,
            changed.To,
            changed.Reason,
            null,
            logged.Version,
            changed.Actor
        );

    private static TimelineEntry Entry(LoggedEvent logged, ShipmentStatusChanged changed) =>
        new(
            changed.OrderId,
            logged.OccurredAt,
            TimelineStep.FulfilmentChanged,
            logged.Position,
            $"shipment.{changed.State}",
            null,
            null,
            changed.Reason,
            new EntryDetails(
                changed.Number,
                Units: changed.Lines.Sum(l => (long)l.Quantity),
                Skus: changed.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count(),
                State: changed.State
            ),
            Actor: changed.Actor
        );

    private static TimelineEntry Entry(LoggedEvent logged, ReturnStatusChanged changed) =>
        new(
            changed.OrderId,
            logged.OccurredAt,
            TimelineStep.FulfilmentChanged,
            logged.Position,
            $"return.{changed.State}",
            null,
            null,
            changed.Reason,
            new EntryDetails(
                changed.Number,
                changed.Amount,
                changed.Lines.Sum(l => (long)l.Quantity),
                changed.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count(),
                State: changed.State
            ),
            Actor: changed.Actor
        );

    private static TimelineEntry Entry(LoggedEvent logged, CancellationStatusChanged changed) =>
        new(
            changed.OrderId,
            logged.OccurredAt,
            TimelineStep.FulfilmentChanged,
            logged.Position,
            $"cancellation.{changed.State}",
            null,
            null,
            changed.Reason,
            new EntryDetails(
                changed.Number,
                changed.Amount,
                changed.Lines.Sum(l => (long)l.Quantity),
                changed.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count(),
                State: changed.State
            ),
            Actor: changed.Actor
        );

    private static TimelineEntry Entry(LoggedEvent logged, StockRefused refused) =>
        StockEntry(logged, refused.OrderId, EntryTypes.StockRefused, new EntryDetails(Shortages: refused.Shortages));

    private static IEnumerable<TimelineEntry> Entries(LoggedEvent logged, StockShortfall shortfall) =>
        shortfall
            .Orders.Concat((shortfall.Holds ?? []).Select(h => h.HoldId))
            .Select(id => StockEntry(logged, id, EntryTypes.StockShortfall, new EntryDetails(Sku: shortfall.Sku)));

    private static TimelineEntry Entry(LoggedEvent logged, BackorderFilled filled) =>
        StockEntry(
            logged,
            filled.OrderId,
            EntryTypes.BackorderFilled,
            new EntryDetails(Units: filled.Quantity, Sku: filled.Sku, Remaining: filled.Remaining)
        );

    private static TimelineEntry Entry(LoggedEvent logged, BackorderPromised promised) =>
        StockEntry(
            logged,
            promised.OrderId,
            EntryTypes.BackorderPromised,
            new EntryDetails(Units: promised.Quantity, Sku: promised.Sku, Until: promised.PromisedAt)
        );

    private static TimelineEntry Entry(LoggedEvent logged, WaitlistOffered offered) =>
        StockEntry(
            logged,
            offered.OfferId,
            EntryTypes.WaitlistOffered,
            new EntryDetails(Units: offered.Quantity, Sku: offered.Sku, Until: offered.ExpiresAt)
        );

    private static TimelineEntry StockEntry(LoggedEvent logged, Guid orderId, string type, EntryDetails details) =>
        new(orderId, logged.OccurredAt, TimelineStep.StockChanged, logged.Position, type, null, null, null, details);

    private static TimelineEntry? Entry(LoggedEvent logged, PaymentRecorded payment) =>
        Guid.TryParseExact(payment.Reference, "D", out var orderId)
            ? new TimelineEntry(
                orderId,
                logged.OccurredAt,
                payment.Kind is PaymentKinds.Refunded or PaymentKinds.PartlyRefunded or PaymentKinds.Voided
                    ? TimelineStep.Refunded
                    : TimelineStep.Charged,
                logged.Position,
                $"payment.{payment.Kind}",
                null,
                null,
                payment.Reason,
                new EntryDetails(Amount: payment.Amount)
            )
            : null;
}
