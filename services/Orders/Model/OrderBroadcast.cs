using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Model;

/// <summary>What is broadcast of orders.</summary>
internal static class OrderBroadcast
{
    /// <summary>The transitions that a page tells of; null where it tells of none.</summary>
    public static EventPage? Condense(EventPage page)
    {
        var transitions = page.Events.Select(Transition).OfType<OrderTransition>().ToList();
        return transitions.Count == 0
            ? null
            : new EventPage(
                page.Producer,
                [
                    page.Events[^1] with
                    {
                        Type = EventTypes.OrderStatusChanges,
                        Data = JsonSerializer.SerializeToElement(
                            new OrderStatusChanges(transitions),
                            JsonSerializerOptions.Web
                        ),
                    },
                ]
            );
    }

    private static OrderTransition? Transition(LoggedEvent entry) =>
        entry.Type switch
        {
            EventTypes.OrderAccepted => new(
                Guid.Parse(entry.Subject),
                entry.Version,
                null,
                OrderStatus.Accepted.Name(),
                null,
                entry.OccurredAt
            ),
            EventTypes.OrderStatusChanged => entry.Read<OrderStatusChanged>() is var moved
                ? new(moved.OrderId, entry.Version, moved.From, moved.To, moved.Reason, entry.OccurredAt)
                : null,
            _ => null,
        };
}
