using System.Text.Json;

namespace DaprShop.Orders.Model;

/// <summary>The status of an order. <see cref="TransitionRules"/> declares which changes are legal.</summary>
internal enum OrderStatus
{
    /// <summary>Durable; the customer has the 202.</summary>
    Accepted,

    /// <summary>Waits for stock.</summary>
    Backordered,

    /// <summary>Stock does not cover it; the customer decides.</summary>
    AwaitingCustomer,

    /// <summary>Stock is allocated to it.</summary>
    Reserved,

    /// <summary>The card was declined; the customer may name another one until a deadline.</summary>
    AwaitingPayment,

    /// <summary>The money is captured.</summary>
    Paid,

    /// <summary>Ready to ship.</summary>
    Confirmed,

    /// <summary>At least one unit was shipped.</summary>
    Shipped,

    /// <summary>All units have arrived.</summary>
    Delivered,

    /// <summary>Out of stock, or not paid. Final.</summary>
    Rejected,

    /// <summary>Cancelled by the customer or an operator. Final.</summary>
    Cancelled,

    /// <summary>Not decided or not paid in time. Final.</summary>
    Expired,

    /// <summary>The saga cannot finish it; an operator must.</summary>
    NeedsAttention,
}

/// <summary>The names of the statuses for SQL; a test compares them with <see cref="OrderStatuses.Name"/>.</summary>
internal static class OrderStatusNames
{
    public const string Accepted = "accepted";
    public const string Backordered = "backordered";
    public const string AwaitingCustomer = "awaiting_customer";
    public const string Reserved = "reserved";
    public const string AwaitingPayment = "awaiting_payment";
    public const string Paid = "paid";
    public const string Confirmed = "confirmed";
    public const string Shipped = "shipped";
    public const string Delivered = "delivered";
    public const string Rejected = "rejected";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";
    public const string NeedsAttention = "needs_attention";
}

/// <summary>Converts between statuses and their names.</summary>
internal static class OrderStatuses
{
    private static readonly string[] Names =
    [
        .. Enum.GetNames<OrderStatus>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName),
    ];

    /// <summary>All names, in the order of the enum.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name in the database, in events and in responses.</summary>
    public static string Name(this OrderStatus status) => Names[(int)status];

    /// <exception cref="ArgumentOutOfRangeException">No status has this name.</exception>
    public static OrderStatus Parse(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var index
            ? (OrderStatus)index
            : throw new ArgumentOutOfRangeException(nameof(name), name, "Not a status.");
}
