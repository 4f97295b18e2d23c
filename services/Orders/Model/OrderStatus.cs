using System.Text.Json;

namespace DaprShop.Orders.Model;

/// <summary>Where an order stands. The table of legal moves is <see cref="TransitionRules"/>.</summary>
internal enum OrderStatus
{
    /// <summary>Durable; the customer has been told 202.</summary>
    Accepted,

    /// <summary>Waits for stock.</summary>
    Backordered,

    /// <summary>Short; the customer decides.</summary>
    AwaitingCustomer,

    /// <summary>Stock is allocated to it.</summary>
    Reserved,

    /// <summary>The money is captured.</summary>
    Paid,

    /// <summary>Ready to ship.</summary>
    Confirmed,

    /// <summary>On its way.</summary>
    Shipped,

    /// <summary>Arrived.</summary>
    Delivered,

    /// <summary>Refused: out of stock, or not paid. Final.</summary>
    Rejected,

    /// <summary>Called off by the customer or an operator. Final.</summary>
    Cancelled,

    /// <summary>Not decided or paid in time. Final.</summary>
    Expired,

    /// <summary>The saga cannot finish it; an operator must.</summary>
    NeedsAttention,
}

internal static class OrderStatuses
{
    private static readonly string[] Names =
    [
        .. Enum.GetNames<OrderStatus>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName),
    ];

    /// <summary>The name in the database, in events and in answers.</summary>
    public static string Name(this OrderStatus status) => Names[(int)status];

    /// <summary>All names, in the order of the enum.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <exception cref="ArgumentOutOfRangeException">No status has this name.</exception>
    public static OrderStatus Parse(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var index
            ? (OrderStatus)index
            : throw new ArgumentOutOfRangeException(nameof(name), name, "Not a status.");
}
