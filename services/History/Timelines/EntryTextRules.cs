using System.Globalization;
using DaprShop.Contracts;

namespace DaprShop.History.Timelines;

/// <summary>Describes timeline entries in sentences for people.</summary>
internal static class EntryTextRules
{
    private const int MaxShortages = 5;

    /// <summary>The service that published the event.</summary>
    public static string SourceOf(TimelineStep step) =>
        step switch
        {
            TimelineStep.Accepted or TimelineStep.StatusChanged or TimelineStep.FulfilmentChanged => Apps.Orders,
            TimelineStep.StockChanged or TimelineStep.StockReleased => Apps.Inventory,
            _ => Apps.Payments,
        };

    /// <summary>What happened, in one sentence; the entry's type where no sentence is known for it.</summary>
    public static string TextOf(TimelineEntry entry) =>
        entry.Type switch
        {
            EntryTypes.OrderAccepted =>
                $"Order {entry.Details?.Number} was accepted: {UnitsAndSkus(entry)}, {Money(entry)}",
            EntryTypes.OrderStatusChanged => StatusText(entry.To),
            "stock.allocated" => $"{UnitsAndSkus(entry)} allocated",
            "stock.reallocated" => $"{UnitsAndSkus(entry)} will be shipped from another location ({entry.Reason})",
            "stock.released" => $"{UnitsAndSkus(entry)} released",
            "stock.shipped" => $"{UnitsAndSkus(entry)} left the warehouse",
            "stock.returned" => $"{UnitsAndSkus(entry)} returned to the warehouse",
            "stock.withheld" => $"{UnitsAndSkus(entry)} set aside ({entry.Reason})",
            "stock.adjusted" => $"{UnitsAndSkus(entry)} removed from stock ({entry.Reason})",
            "stock.held" => $"{UnitsAndSkus(entry)} held for the customer",
            "stock.expired" => $"{UnitsAndSkus(entry)} released: the hold expired",
            EntryTypes.StockShortfall =>
                $"A stock count found fewer units of {entry.Details?.Sku} than are promised: the order may be late",
            EntryTypes.StockRefused => $"Not enough stock: {Shortages(entry)}",
            EntryTypes.BackorderFilled => $"{UnitsOfSku(entry)} arrived for the order, {Remaining(entry)} outstanding",
            EntryTypes.BackorderPromised when entry.Details?.Until is { } day => string.Create(
                CultureInfo.InvariantCulture,
                $"{UnitsOfSku(entry)} for the order {Are(entry)} now expected by {day.UtcDateTime:yyyy-MM-dd}"
            ),
            EntryTypes.BackorderPromised =>
                $"{UnitsOfSku(entry)} for the order {Are(entry)} late: no delivery date is known any more",
            EntryTypes.WaitlistOffered => string.Create(
                CultureInfo.InvariantCulture,
                $"{UnitsOfSku(entry)} offered to the customer until {entry.Details?.Until:yyyy-MM-dd HH:mm} UTC"
            ),
            "shipment.dispatched" => $"Shipment {entry.Details?.Number} was dispatched: {UnitsAndSkus(entry)}",
            "shipment.delivered" => $"Shipment {entry.Details?.Number} was delivered",
            "shipment.refused" => $"Shipment {entry.Details?.Number} could not be dispatched: {entry.Reason}",
            "return.requested" =>
                $"Return {entry.Details?.Number} was requested for {UnitsAndSkus(entry)}: {entry.Reason}",
            "return.decided" => $"Return {entry.Details?.Number} was decided: {Money(entry)} will be refunded",
            "return.settled" => $"Return {entry.Details?.Number} is complete: {Money(entry)} refunded",
            "cancellation.requested" when entry.Details?.Amount > 0 =>
                $"{UnitsAndSkus(entry)} cancelled: {Money(entry)} will be refunded",
            "cancellation.requested" => $"{UnitsAndSkus(entry)} cancelled: nothing was paid for them yet",
            "cancellation.settled" when entry.Details?.Amount > 0 =>
                $"Cancellation {entry.Details?.Number} is complete: {Money(entry)} refunded",
            "cancellation.settled" => $"Cancellation {entry.Details?.Number} is complete",
            EntryTypes.PaymentCaptured => $"{Money(entry)} captured",
            EntryTypes.PaymentAuthorised when entry.Reason is not null => $"{Money(entry)} authorised anew",
            EntryTypes.PaymentAuthorised => $"{Money(entry)} authorised: it is captured when the units are shipped",
            EntryTypes.PaymentVoided => $"{Money(entry)} of the authorisation given back",
            EntryTypes.PaymentLapsed => $"The authorisation of {Money(entry)} ended and could not be renewed",
            EntryTypes.PaymentDeclined => $"Payment of {Money(entry)} declined",
            EntryTypes.PaymentRefused => "Nothing was charged",
            EntryTypes.PaymentPartlyRefunded => $"{Money(entry)} of the payment refunded",
            EntryTypes.PaymentRefunded => $"{Money(entry)} refunded",
            _ => entry.Type,
        };

    private static string StatusText(string? status) =>
        status switch
        {
            "reserved" => "Stock is held for the order",
            "paid" => "The order is paid",
            "confirmed" => "The order is confirmed and ready to ship",
            "backordered" => "The order is waiting for stock",
            "awaiting_payment" => "The order is waiting for another card",
            "awaiting_customer" => "The order is waiting for the customer's decision",
            "rejected" => "The order was rejected",
            "cancelled" => "The order was cancelled",
            "expired" => "The order expired",
            "shipped" => "The order was shipped",
            "delivered" => "The order was delivered",
            "needs_attention" => "An operator needs to review the order",
            _ => $"The order is {status?.Replace('_', ' ')}",
        };

    private static string Shortages(TimelineEntry entry) =>
        string.Join(
            ", ",
            (entry.Details?.Shortages ?? []).Take(MaxShortages).Select(s => $"{s.Sku} ({s.Available} of {s.Requested})")
        );

    private static string Remaining(TimelineEntry entry) =>
        entry.Details?.Remaining is > 0 and var units ? $"{units}" : "none";

    private static string UnitsAndSkus(TimelineEntry entry) =>
        $"{Count(entry.Details?.Units, "unit")} of {Count(entry.Details?.Skus, "SKU")}";

    private static string UnitsOfSku(TimelineEntry entry) =>
        $"{Count(entry.Details?.Units, "unit")} of {entry.Details?.Sku}";

    private static string Are(TimelineEntry entry) => entry.Details?.Units == 1 ? "is" : "are";

    private static string Count(long? number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Money(TimelineEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"GBP {entry.Details?.Amount:0.00##}");
}
