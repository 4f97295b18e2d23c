using static DaprShop.Orders.Model.OrderStatusNames;

namespace DaprShop.Orders.Model;

/// <summary>
/// SQL conditions over <c>orders</c> that statements and partial indexes share, so that each statement finds its index.
/// </summary>
internal static class OrderConditions
{
    /// <summary>Orders that the saga can advance now.</summary>
    public const string Active = $"compensation_pending or status in ('{Accepted}', '{Reserved}', '{Paid}')";

    /// <summary>Active orders, and those that wait for stock or for their customer: the saga returns to them.</summary>
    public const string Unfinished =
        "compensation_pending or status in "
        + $"('{Accepted}', '{Reserved}', '{Paid}', '{Backordered}', '{AwaitingCustomer}', '{AwaitingPayment}')";

    /// <summary>Unfinished orders that no batch owns: the dispatcher may claim them when they are due.</summary>
    public const string Claimable = $"batch_id is null and ({Unfinished})";

    /// <summary>
    /// Statuses that few orders rest in and that lists ask for. The others are either passed quickly or held by most
    /// orders, where an index would not help.
    /// </summary>
    public const string Rare = $"status not in ('{Accepted}', '{Reserved}', '{Paid}', '{Confirmed}', '{Delivered}')";
}
