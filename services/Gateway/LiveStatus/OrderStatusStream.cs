using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using DaprShop.Contracts;
using DaprShop.Gateway.ServerSentEvents;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>
/// Sends an order's transitions in order, each once, as they happen. Broadcasts may be late, lost, repeated or out of
/// order: versions decide, missing ones are fetched from Orders, and a stream without broadcasts asks Orders at
/// intervals.
/// </summary>
/// <param name="broadcasts">Broadcast transitions of the order.</param>
/// <param name="lastSent">The version that the client has.</param>
internal sealed class OrderStatusStream(
    OrderTransitionsClient orders,
    StreamOptions options,
    TimeProvider time,
    ChannelReader<OrderTransition> broadcasts,
    string? authorization,
    int lastSent
)
{
    private int _lastSent = lastSent;
    private Task<bool>? _nextBroadcast;

    /// <summary>The events, up to the final status.</summary>
    /// <param name="first">
    /// The response of Orders for the versions after the client's. The subscription must have begun before Orders was
    /// asked.
    /// </param>
    public async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        OrderTransitions first,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var next = first;
        while (next is not null)
        {
            // The client's version is not from this order's past: send it the current state and continue from there.
            var isAhead = next.Version < _lastSent;
            if (isAhead && await FetchCurrentAsync(next, cancellationToken) is { } current)
            {
                next = current;
                _lastSent = current.Transitions[^1].Version - 1;
            }

            foreach (var transition in next.Transitions.Where(t => t.Version > _lastSent))
            {
                yield return new ServerSentEvent(
                    transition.Version.ToString(CultureInfo.InvariantCulture),
                    isAhead ? "snapshot" : "status",
                    JsonSerializer.Serialize(transition, JsonSerializerOptions.Web)
                );
                _lastSent = transition.Version;
                if (OrderStreamRules.IsFinal(transition.Status))
                    yield break;
            }

            next = await NextAsync(first.OrderId, cancellationToken);
        }
    }

    /// <summary>The order's newest transition; null where Orders does not return it now.</summary>
    private async Task<OrderTransitions?> FetchCurrentAsync(OrderTransitions known, CancellationToken cancellationToken)
    {
        var response = await orders.GetAsync(known.OrderId, known.Version - 1, authorization, cancellationToken);
        return response.Transitions is { Transitions: [_, ..] } current ? current : null;
    }

    /// <summary>
    /// The next transitions; null when Orders rejects the caller or the client has disconnected. Most streams end so,
    /// and an exception would cost more than the stream.
    /// </summary>
    private async Task<OrderTransitions?> NextAsync(Guid order, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (broadcasts.TryRead(out var received))
            {
                switch (OrderStreamRules.Decide(received.Version, _lastSent))
                {
                    case BroadcastAction.Skip:
                        continue;
                    case BroadcastAction.Send:
                        return new OrderTransitions(order, received.Version, received.Status, [received]);
                }
            }
            else if (await WaitForBroadcastAsync(cancellationToken))
            {
                continue;
            }

            var response = await orders.GetAsync(order, _lastSent, authorization, cancellationToken);
            if (response.Rejection is not null)
                return null;
            if (response.Transitions is not null)
                return response.Transitions;
        }

        return null;
    }

    /// <summary>
    /// True when a broadcast has arrived or the client has disconnected; false when it is time to ask Orders.
    /// </summary>
    private async Task<bool> WaitForBroadcastAsync(CancellationToken cancellationToken)
    {
        _nextBroadcast ??= broadcasts.WaitToReadAsync(cancellationToken).AsTask();
        await ((Task)_nextBroadcast)
            .WaitAsync(options.ReconcileInterval, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_nextBroadcast.IsCompleted)
            return false;
        _nextBroadcast = null;
        return true;
    }
}
