using System.Globalization;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>Orders behind the fake sidecar: one order and its transitions.</summary>
internal sealed class FakeOrders
{
    private readonly Lock _lock = new();
    private readonly List<OrderTransition> _transitions = [];

    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Number of requests so far.</summary>
    public int Requests { get; private set; }

    /// <summary>Responds instead of Orders while it is set.</summary>
    public Func<HttpContext, Task>? Override { get; set; }

    /// <summary>Changes the order's status.</summary>
    public OrderTransition Change(string status, string? reason = null)
    {
        lock (_lock)
        {
            _transitions.Add(
                new OrderTransition(
                    Id,
                    _transitions.Count + 1,
                    _transitions.LastOrDefault()?.Status,
                    status,
                    reason,
                    DateTimeOffset.UnixEpoch.AddSeconds(_transitions.Count)
                )
            );
            return _transitions[^1];
        }
    }

    public Task RespondAsync(HttpContext context)
    {
        lock (_lock)
        {
            Requests++;
            if (Override is { } respond)
                return respond(context);
            var after = int.Parse(context.Request.Query["after"].ToString(), CultureInfo.InvariantCulture);
            return context.Response.WriteAsJsonAsync(
                new OrderTransitions(Id, _transitions.Count, _transitions[^1].Status, [.. _transitions.Skip(after)]),
                JsonSerializerOptions.Web
            );
        }
    }

    /// <summary>The page that Orders broadcasts for these transitions.</summary>
    public static EventPage Page(params OrderTransition[] transitions) =>
        new(
            Apps.Orders,
            [
                new LoggedEvent(
                    1,
                    Guid.Empty,
                    EventTypes.OrderStatusChanges,
                    $"{transitions[^1].OrderId}",
                    1,
                    DateTimeOffset.UnixEpoch,
                    null,
                    JsonSerializer.SerializeToElement(new OrderStatusChanges(transitions), JsonSerializerOptions.Web)
                ),
            ]
        );
}
