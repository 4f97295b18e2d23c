using System.Diagnostics;
using DaprShop.Shop.Gateway;
using DaprShop.Shop.Measurement;

namespace DaprShop.Shop.Bench;

/// <summary>How the saga batches orders.</summary>
/// <param name="BatchSize">The largest number of orders per workflow.</param>
/// <param name="Slots">The largest number of workflows in flight.</param>
internal sealed record BatchSettings(int BatchSize, int Slots);

/// <summary>The measurements of one block.</summary>
/// <param name="Seconds">From the first order submitted to the last one confirmed.</param>
/// <param name="CpuMsPerOrder">
/// Over all processes of the shop, until History had applied the block's last event.
/// </param>
internal sealed record BenchBlock(
    BatchSettings Batching,
    int Orders,
    double Seconds,
    double OrdersPerSecond,
    double P50Ms,
    double P99Ms,
    double CpuMsPerOrder,
    double BatchFill,
    IReadOnlyDictionary<string, double> CpuMsByProcess
);

/// <summary>The result of <c>bench saga</c>; the member names are those of <c>--json</c>.</summary>
internal sealed record SagaResult(
    string Scenario,
    BenchBlock Baseline,
    BenchBlock Shop,
    double Ratio,
    double CpuRatio,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>
/// Compares one workflow per order with batches: the same orders, in alternating blocks, on one running shop. Orders
/// are submitted just fast enough to keep the saga busy: twice as many as it can have in flight are in progress.
/// </summary>
internal sealed class SagaBench(
    GatewayClient gateway,
    ShopFolder shop,
    BenchDatabases databases,
    TimeSpan length,
    Action<string> report
)
{
    private const int Pairs = 3;
    private const int LargestRequest = 500;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan DrainPollInterval = TimeSpan.FromMilliseconds(200);
    private readonly BenchOrders _orders = new(gateway);
    private readonly ShopCpu _cpu = new(shop);

    public async Task<SagaResult> RunAsync(CancellationToken cancel)
    {
        var before = await gateway.GetAsync<BatchSettings>("ops/saga", cancel);
        try
        {
            report("creating stock of 200 SKUs");
            await _orders.StockAsync(cancel);
            report("warming up, and finding the best setting of each");
            var single = await BestAsync([new(1, 50), new(1, 100)], cancel);
            var batched = await BestAsync([new(200, 4), new(500, 4)], cancel);
            var singles = new List<BenchBlock>();
            var batches = new List<BenchBlock>();
            for (var pair = 1; pair <= Pairs; pair++)
            {
                singles.Add(await MeasureAsync(single, length, cancel));
                report($"pair {pair}, one workflow per order: {singles[^1].OrdersPerSecond:0} orders/s");
                batches.Add(await MeasureAsync(batched, length, cancel));
                report($"pair {pair}, batches: {batches[^1].OrdersPerSecond:0} orders/s");
            }

            var (a, b) = (Median(singles), Median(batches));
            return new SagaResult(
                "saga",
                a,
                b,
                Math.Round(b.OrdersPerSecond / a.OrdersPerSecond, 1),
                Math.Round(a.CpuMsPerOrder / b.CpuMsPerOrder, 1),
                [.. singles.Zip(batches, (s, t) => Math.Round(t.OrdersPerSecond / s.OrdersPerSecond, 1))],
                $"Alternating blocks of {length.TotalSeconds:0} s, the median of {Pairs} of each. The CPU time of this "
                    + "tool is not counted, although it shares the machine."
            );
        }
        finally
        {
            await gateway.PutAsync<BatchSettings>("ops/saga", before, null, CancellationToken.None);
        }
    }

    private async Task<BatchSettings> BestAsync(IReadOnlyList<BatchSettings> candidates, CancellationToken cancel)
    {
        var tried = new List<BenchBlock>();
        foreach (var batching in candidates)
        {
            tried.Add(await MeasureAsync(batching, length / 2, cancel));
            report(
                $"{batching.BatchSize} per workflow, {batching.Slots} in flight: {tried[^1].OrdersPerSecond:0} orders/s"
            );
        }

        return tried.MaxBy(block => block.OrdersPerSecond)!.Batching;
    }

    private async Task<BenchBlock> MeasureAsync(BatchSettings batching, TimeSpan time, CancellationToken cancel)
    {
        await gateway.PutAsync<BatchSettings>("ops/saga", batching, null, cancel);
        await DrainAsync(cancel);
        _orders.Restart();
        var started = TimeProvider.System.GetUtcNow();
        var first = await databases.LastOrderAsync(cancel);
        var cpu = _cpu.Read();
        var clock = Stopwatch.StartNew();
        var submitted = await SubmitAsync(2 * batching.BatchSize * batching.Slots, clock, time, cancel);
        while (await databases.InProgressAsync(cancel) > 0)
            await Task.Delay(PollInterval, cancel);
        var seconds = clock.Elapsed.TotalSeconds;
        await DrainAsync(cancel);
        var used = ShopCpu
            .Between(cpu, _cpu.Read())
            .ToDictionary(p => p.Key, p => Math.Round(p.Value * 1000 / submitted, 3));
        var latencies = await databases.LatenciesAsync(first, await databases.LastOrderAsync(cancel), cancel);
        if (latencies.Count < submitted)
            throw new ShopException(
                $"Only {latencies.Count} of {submitted} submitted orders were confirmed, so the measurement is "
                    + "invalid. `./shop logs orders` may show why."
            );
        return new BenchBlock(
            batching,
            submitted,
            Math.Round(seconds, 2),
            Math.Round(submitted / seconds, 1),
            Percentile.Of(latencies, 0.5),
            Percentile.Of(latencies, 0.99),
            Math.Round(used.Values.Sum(), 3),
            Math.Round(await databases.BatchFillAsync(started, cancel), 1),
            used
        );
    }

    /// <summary>
    /// Keeps <paramref name="window"/> orders in progress until the time is up. Returns the number of submitted orders.
    /// </summary>
    private async Task<int> SubmitAsync(int window, Stopwatch clock, TimeSpan time, CancellationToken cancel)
    {
        var request = Math.Clamp(window / 4, 1, LargestRequest);
        var sending = new List<(Task Task, int Count)>();
        var submitted = 0;
        while (clock.Elapsed < time)
        {
            foreach (var (task, _) in sending.Where(s => s.Task.IsCompleted))
                await task;
            sending.RemoveAll(s => s.Task.IsCompleted);
            var room = window - (int)await databases.InProgressAsync(cancel) - sending.Sum(s => s.Count);
            for (; room >= request; room -= request)
            {
                sending.Add((_orders.PlaceAsync(request, cancel), request));
                submitted += request;
            }

            await Task.Delay(PollInterval, cancel);
        }

        await Task.WhenAll(sending.Select(s => s.Task));
        return submitted;
    }

    /// <summary>Waits until all orders of earlier blocks are finished and History has applied their events.</summary>
    private async Task DrainAsync(CancellationToken cancel)
    {
        while (await databases.InProgressAsync(cancel) > 0 || !await databases.HasHistoryCaughtUpAsync(cancel))
            await Task.Delay(DrainPollInterval, cancel);
    }

    private static BenchBlock Median(List<BenchBlock> blocks) =>
        blocks.OrderBy(b => b.OrdersPerSecond).ElementAt(blocks.Count / 2);
}
