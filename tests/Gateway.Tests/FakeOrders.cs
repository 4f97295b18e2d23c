using System.Globalization;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>Orders behind the fake sidecar: one order, and whatever has become of it.</summary>
internal sealed class FakeOrders
{
    private readonly Lock _lock = new();
    private readonly List<OrderTransition> _all = [];

    public Guid Id { get; } = Guid.CreateVersion7();

    public int Asked { get; private set; }

    /// <summary>Answers in the place of Orders, while it is set.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>The order moves on.</summary>
    public OrderTransition Moves(string status, string? reason = null)
    {
        lock (_lock)
        {
            _all.Add(
                new OrderTransition(
                    Id,
                    _all.Count + 1,
                    _all.LastOrDefault()?.Status,
                    status,
                    reason,
                    DateTimeOffset.UnixEpoch.AddSeconds(_all.Count)
                )
            );
            return _all[^1];
        }
    }

    public Task AnswerAsync(HttpContext context)
    {
        lock (_lock)
        {
            Asked++;
            if (Instead is { } instead)
                return instead(context);
            var after = int.Parse(context.Request.Query["after"].ToString(), CultureInfo.InvariantCulture);
            return context.Response.WriteAsJsonAsync(
                new OrderTransitions(Id, _all.Count, _all[^1].Status, [.. _all.Skip(after)]),
                JsonSerializerOptions.Web
            );
        }
    }

    /// <summary>What a sidecar hands over of a broadcast of these.</summary>
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
