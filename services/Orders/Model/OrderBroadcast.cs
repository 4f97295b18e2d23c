using System.Text.Json;
using DaprShop.Contracts;

namespace DaprShop.Orders.Model;

/// <summary>Selects what is broadcast of the event log: the status changes of a page, as one event.</summary>
internal static class OrderBroadcast
{
    /// <summary>The page's status changes as one event; null where it has none.</summary>
    public static EventPage? Condense(EventPage page)
    {
        var transitions = page.Events.Select(ToTransition).OfType<OrderTransition>().ToList();
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

    private static OrderTransition? ToTransition(LoggedEvent entry) =>
        entry.Type switch
        {
            EventTypes.OrderAccepted => new(
                Guid.Parse(entry.Subject),
                entry.Version,
                null,
                OrderStatusNames.Accepted,
                null,
                entry.OccurredAt
            ),
            EventTypes.OrderStatusChanged => entry.Read<OrderStatusChanged>() is var change
                ? new(change.OrderId, entry.Version, change.From, change.To, change.Reason, entry.OccurredAt)
                : null,
            _ => null,
        };
}
