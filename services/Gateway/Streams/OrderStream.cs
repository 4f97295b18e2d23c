using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using DaprShop.Contracts;

namespace DaprShop.Gateway.Streams;

/// <summary>
/// Tells an order's transitions one after the other, each once, as they happen. News may be late, lost, repeated or in disorder: versions decide, what
/// is missing is asked of Orders, and so is, now and then, whether anything is.
/// </summary>
/// <param name="news">What is heard of the order.</param>
/// <param name="last">The version that the watcher has.</param>
internal sealed class OrderStream(
    OrderSource orders,
    StreamSettings settings,
    TimeProvider time,
    ChannelReader<OrderTransition> news,
    string? authorization,
    int last
)
{
    private int _last = last;
    private Task<bool>? _more;

    /// <param name="first">What Orders said of the time after that version. The news must have been listened to before it was asked.</param>
    public async IAsyncEnumerable<StreamEvent> FollowAsync(
        OrderTransitions first,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        for (var told = first; told is not null; told = await HearAsync(first.OrderId, cancellationToken))
        {
            // What the watcher has is not this order's past: it is told the present, and goes on from there.
            var ahead = told.Version < _last;
            if (
                ahead
                && await orders.AskAsync(first.OrderId, told.Version - 1, authorization, cancellationToken)
                    is { Transitions: { Transitions: [.., var newest] } present }
            )
            {
                told = present;
                _last = newest.Version - 1;
            }

            foreach (var transition in told.Transitions.Where(t => t.Version > _last))
            {
                yield return new StreamEvent(
                    transition.Version.ToString(CultureInfo.InvariantCulture),
                    ahead ? "snapshot" : "status",
                    JsonSerializer.Serialize(transition, JsonSerializerOptions.Web)
                );
                _last = transition.Version;
                if (OrderTransition.FinalStatuses.Contains(transition.Status))
                    yield break;
            }
        }
    }

    /// <summary>What comes next; null where Orders tells the caller no more, or the caller has gone: that is how most streams end, and an exception would cost more than the stream.</summary>
    private async Task<OrderTransitions?> HearAsync(Guid order, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var silent = !news.TryRead(out var heard);
            if (silent && await ComesAsync(cancellationToken))
                continue;
            if (heard?.Version <= _last)
                continue;
            if (heard?.Version == _last + 1)
                return new OrderTransitions(order, heard.Version, heard.Status, [heard]);
            var answer = await orders.AskAsync(order, _last, authorization, cancellationToken);
            if (answer.Refusal is not null)
                return null;
            if (answer.Transitions is not null)
                return answer.Transitions;
        }

        return null;
    }

    /// <summary>True as soon as something is heard, or the caller has gone; false when it is time to compare.</summary>
    private async Task<bool> ComesAsync(CancellationToken cancellationToken)
    {
        _more ??= news.WaitToReadAsync(cancellationToken).AsTask();
        await ((Task)_more)
            .WaitAsync(settings.Compare, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_more.IsCompleted)
            return false;
        _more = null;
        return true;
    }
}
