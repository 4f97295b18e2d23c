using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Polly;

namespace DaprShop.History.Timelines;

/// <summary>
/// Asks Orders for the events of an order that History does not know yet. It waits two seconds and does not retry: the
/// client can.
/// </summary>
internal sealed class OrderEventsClient(ServiceInvoker invoker, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline _timeout = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(Timeout)
        .Build();

    /// <summary>503: only Orders knows the order, and it does not answer.</summary>
    public static ProblemException OrdersUnavailable =>
        new(
            Problems.Of(
                503,
                "orders-unavailable",
                "Orders is unavailable",
                "History has not read the order's events yet, and Orders does not answer. Retry later."
            )
        );

    /// <summary>The order's events so far; none where Orders does not know it either.</summary>
    /// <exception cref="ProblemException">503: Orders does not answer.</exception>
    public async Task<IReadOnlyList<LoggedEvent>> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        try
        {
            var page = await _timeout.ExecuteAsync(
                async token =>
                    await invoker.GetAsync<EventPage>(Apps.Orders, $"internal/orders/{orderId}/events", token),
                cancellationToken
            );
            return page.Events;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException or ExecutionRejectedException
                || e is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw OrdersUnavailable;
        }
    }
}
