using System.Diagnostics;
using System.Text.Json;
using DaprShop.Shop.Import;

namespace DaprShop.Shop.Bench;

/// <summary>Milliseconds from the 202 to <c>confirmed</c>: as the shop dates it, and as a caller sees it who keeps asking.</summary>
internal sealed record LatencyResult(
    string Scenario,
    object? Baseline,
    LatencyFigures Shop,
    double? Ratio,
    string Remark
);

internal sealed record LatencyFigures(
    int Orders,
    double MedianMs,
    double P99Ms,
    double SeenMedianMs,
    double SeenP99Ms,
    double AcceptMedianMs
);

/// <summary>One order after the other, on a shop that has nothing else to do.</summary>
internal sealed class LatencyBench(GatewayClient gateway, TimeProvider time)
{
    private const int Orders = 50;
    private static readonly TimeSpan Asking = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private readonly BenchOrders _orders = new(gateway);

    public async Task<LatencyResult> RunAsync(CancellationToken cancel)
    {
        await _orders.StockAsync(cancel);
        // The first of its kind pays for what every later one finds done.
        for (var i = 0; i < 3; i++)
            await OneAsync(cancel);
        var all = new List<(double Accept, double Dated, double Seen)>();
        for (var i = 0; i < Orders; i++)
            all.Add(await OneAsync(cancel));
        var accept = all.Select(o => o.Accept).Order().ToList();
        var dated = all.Select(o => o.Dated).Order().ToList();
        var seen = all.Select(o => o.Seen).Order().ToList();
        return new LatencyResult(
            "latency",
            null,
            new LatencyFigures(
                Orders,
                SagaBench.At(dated, 0.5),
                SagaBench.At(dated, 0.99),
                SagaBench.At(seen, 0.5),
                SagaBench.At(seen, 0.99),
                SagaBench.At(accept, 0.5)
            ),
            null,
            $"From the answer 202 to the moment that the order's confirmation is dated, and to the first GET that tells it, asked every {Asking.TotalMilliseconds:0} ms."
        );
    }

    private async Task<(double Accept, double Dated, double Seen)> OneAsync(CancellationToken cancel)
    {
        await Task.Delay(Idle, cancel);
        var asked = Stopwatch.GetTimestamp();
        var order = await gateway.PostAsync<AcceptedAnswer>(
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

            await Task.Delay(Asking, cancel);
        }
    }
}
