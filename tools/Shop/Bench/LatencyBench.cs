using System.Diagnostics;
using System.Text.Json;
using DaprShop.Shop.Gateway;

namespace DaprShop.Shop.Bench;

/// <summary>The result of <c>bench latency</c>; the member names are those of <c>--json</c>.</summary>
internal sealed record LatencyResult(
    string Scenario,
    object? Baseline,
    LatencyFigures Shop,
    double? Ratio,
    string Remark
);

/// <summary>Milliseconds from the 202 to <c>confirmed</c>.</summary>
/// <param name="MedianMs">By the order's own timestamp.</param>
/// <param name="SeenMedianMs">Until a polling client sees the status.</param>
/// <param name="AcceptMedianMs">From the request to the 202.</param>
internal sealed record LatencyFigures(
    int Orders,
    double MedianMs,
    double P99Ms,
    double SeenMedianMs,
    double SeenP99Ms,
    double AcceptMedianMs
);

/// <summary>Places one order after another on an otherwise idle shop.</summary>
internal sealed class LatencyBench(GatewayClient gateway, TimeProvider time)
{
    private const int Orders = 50;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseBetweenOrders = TimeSpan.FromMilliseconds(200);
    private readonly BenchOrders _orders = new(gateway);

    public async Task<LatencyResult> RunAsync(CancellationToken cancel)
    {
        await _orders.StockAsync(cancel);
        // The first orders warm up caches and compiled code.
        for (var i = 0; i < 3; i++)
            await MeasureOneAsync(cancel);
        var all = new List<(double Accept, double Dated, double Seen)>();
        for (var i = 0; i < Orders; i++)
            all.Add(await MeasureOneAsync(cancel));
        var accept = all.Select(o => o.Accept).Order().ToList();
        var dated = all.Select(o => o.Dated).Order().ToList();
        var seen = all.Select(o => o.Seen).Order().ToList();
        return new LatencyResult(
            "latency",
            null,
            new LatencyFigures(
                Orders,
                Percentile.Of(dated, 0.5),
                Percentile.Of(dated, 0.99),
                Percentile.Of(seen, 0.5),
                Percentile.Of(seen, 0.99),
                Percentile.Of(accept, 0.5)
            ),
            null,
            "From the 202 to the timestamp of the confirmation, and to the first GET that shows it, polled every "
                + $"{PollInterval.TotalMilliseconds:0} ms."
        );
    }

    private async Task<(double Accept, double Dated, double Seen)> MeasureOneAsync(CancellationToken cancel)
    {
        await Task.Delay(PauseBetweenOrders, cancel);
        var asked = Stopwatch.GetTimestamp();
        var order = await gateway.PostAsync<OrderPlaced>(
            "orders",
            _orders.Next(),
            $"bench-{Guid.CreateVersion7():N}",
            cancel
        );
        var accepted = Stopwatch.GetTimestamp();
        var acceptedAt = time.GetUtcNow();
        while (true)
        {
            var now = await gateway.GetAsync<JsonElement>($"orders/{order.Id}", cancel);
            if (now.GetProperty("status").GetString() == "confirmed")
            {
                var dated = now.GetProperty("updatedAt").GetDateTimeOffset() - acceptedAt;
                return (
                    Stopwatch.GetElapsedTime(asked, accepted).TotalMilliseconds,
                    Math.Max(0, dated.TotalMilliseconds),
                    Stopwatch.GetElapsedTime(accepted).TotalMilliseconds
                );
            }

            await Task.Delay(PollInterval, cancel);
        }
    }
}
