using System.Globalization;

namespace DaprShop.History.Domain;

/// <summary>Says in words what an entry means, as a parcel's tracking page does.</summary>
internal static class Telling
{
    /// <summary>The service that told it.</summary>
    public static string Source(Step step) =>
        step switch
        {
            Step.Accepted or Step.Moved or Step.Parcel => "orders",
            Step.Claimed or Step.Released => "inventory",
            _ => "payments",
        };

    /// <summary>A sentence for people.</summary>
    public static string Text(OrderEntry entry) =>
        entry.Type switch
        {
            "order.accepted" => $"Order {entry.Details?.Number} was accepted: {Units(entry)}, {Money(entry)}",
            "order.status_changed" => Status(entry.To),
            "stock.allocated" => $"{Units(entry)} allocated",
            "stock.released" => $"{Units(entry)} given back",
            "stock.shipped" => $"{Units(entry)} left the warehouse",
            "stock.returned" => $"{Units(entry)} came back to the warehouse",
            "stock.withheld" => $"{Units(entry)} set aside ({entry.Reason})",
            "stock.adjusted" => $"{Units(entry)} taken off the stock ({entry.Reason})",
            "shipment.dispatched" => $"Shipment {entry.Details?.Number} is on its way: {Units(entry)}",
            "shipment.delivered" => $"Shipment {entry.Details?.Number} has arrived",
            "shipment.refused" => $"Shipment {entry.Details?.Number} could not leave: {entry.Reason}",
            "return.requested" => $"The customer sends {Units(entry)} back: {entry.Reason}",
            "return.decided" => $"Return {entry.Details?.Number} was decided: {Money(entry)} will be refunded",
            "return.settled" => $"Return {entry.Details?.Number} is settled: {Money(entry)}",
            "stock.held" => $"{Units(entry)} held for the customer",
            "stock.expired" => $"{Units(entry)} given back: the hold's time was over",
            "stock.short" =>
                $"Fewer units of {entry.Details?.Sku} were counted than are promised: the order may be late",
            "backorder.filled" =>
                $"{Count(entry.Details?.Units, "unit")} of {entry.Details?.Sku} arrived for the order, {(entry.Details?.Left > 0 ? $"{entry.Details.Left} still to come" : "none to come")}",
            "waitlist.offered" => string.Create(
                CultureInfo.InvariantCulture,
                $"{Count(entry.Details?.Units, "unit")} of {entry.Details?.Sku} offered to the customer until {entry.Details?.Until:yyyy-MM-dd HH:mm} UTC"
            ),
            "stock.refused" =>
                $"Not enough stock: {string.Join(", ", (entry.Details?.Shortages ?? []).Take(5).Select(s => $"{s.Sku} ({s.Available} of {s.Requested})"))}",
            "payment.captured" => $"{Money(entry)} captured",
            "payment.declined" => $"Payment of {Money(entry)} declined",
            "payment.refused" => "Nothing was charged",
            "payment.partly_refunded" => $"{Money(entry)} of it refunded",
            "payment.refunded" => $"{Money(entry)} refunded",
            _ => entry.Type,
        };

    private static string Status(string? status) =>
        status switch
        {
            "reserved" => "Stock is held for the order",
            "paid" => "The order is paid",
            "confirmed" => "The order is confirmed and ready to ship",
            "backordered" => "The order waits for stock",
            "awaiting_customer" => "The order waits for the customer's choice",
            "rejected" => "The order was rejected",
            "cancelled" => "The order was cancelled",
            "expired" => "The order expired",
            "shipped" => "The order was shipped",
            "delivered" => "The order was delivered",
            "needs_attention" => "An operator has to look at the order",
            _ => $"The order is {status}",
        };

    private static string Units(OrderEntry entry) =>
        $"{Count(entry.Details?.Units, "unit")} of {Count(entry.Details?.Skus, "SKU")}";

    private static string Count(long? number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Money(OrderEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"GBP {entry.Details?.Amount:0.00##}");
}
