using System.Diagnostics;
using DaprShop.Shop.Import;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Bench;

/// <summary>How the saga batches.</summary>
internal sealed record Batching(int BatchSize, int Slots);

/// <summary>What one block of a benchmark came to.</summary>
/// <param name="Seconds">From the first order handed in to the last one confirmed.</param>
/// <param name="CpuMsPerOrder">Over all processes of the shop, until History had folded the block's last event.</param>
internal sealed record Block(
    Batching Batching,
    int Orders,
    double Seconds,
    double OrdersPerSecond,
    double P50Ms,
    double P99Ms,
    double CpuMsPerOrder,
    double BatchFill,
    IReadOnlyDictionary<string, double> CpuMsByProcess
);

/// <summary>The result; its names are those of <c>--json</c>.</summary>
internal sealed record SagaResult(
    string Scenario,
    Block Baseline,
    Block Shop,
    double Ratio,
    double CpuRatio,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>
/// One workflow per order against batches: the same orders, in turn, on one running shop. Orders are handed in so fast that the saga is
/// never starved, and no faster: twice what it can have in flight is under way.
/// </summary>
internal sealed class SagaBench(
    GatewayClient gateway,
    ShopFolder shop,
    ShopDatabases databases,
    TimeSpan length,
    Action<string> tell
)
{
    private const int Pairs = 3;
    private const int LargestRequest = 500;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);
    private readonly BenchOrders _orders = new(gateway);
    private readonly ShopCpu _cpu = new(shop);

    public async Task<SagaResult> RunAsync(CancellationToken cancel)
    {
        var before = await gateway.GetAsync<Batching>("ops/saga", cancel);
        try
        {
            tell("stocking 200 SKUs");
            await _orders.StockAsync(cancel);
            tell("warming up, and finding each way's best setting");
            var single = await BestAsync([new(1, 50), new(1, 100)], cancel);
            var batched = await BestAsync([new(200, 4), new(500, 4)], cancel);
            var singles = new List<Block>();
            var batches = new List<Block>();
            for (var pair = 1; pair <= Pairs; pair++)
            {
                singles.Add(await MeasureAsync(single, length, cancel));
                tell($"pair {pair}, one workflow per order: {singles[^1].OrdersPerSecond:0} orders/s");
                batches.Add(await MeasureAsync(batched, length, cancel));
                tell($"pair {pair}, batches: {batches[^1].OrdersPerSecond:0} orders/s");
            }

            var (a, b) = (Median(singles), Median(batches));
            return new SagaResult(
                "saga",
                a,
                b,
                Math.Round(b.OrdersPerSecond / a.OrdersPerSecond, 1),
                Math.Round(a.CpuMsPerOrder / b.CpuMsPerOrder, 1),
                [.. singles.Zip(batches, (s, t) => Math.Round(t.OrdersPerSecond / s.OrdersPerSecond, 1))],
                $"Blocks of {length.TotalSeconds:0} s in turn, the median of {Pairs} of each; the CPU of this tool is not counted, though it shares the machine."
            );
        }
        finally
        {
            await gateway.PutAsync<Batching>("ops/saga", before, null, CancellationToken.None);
        }
    }

    private async Task<Batching> BestAsync(IReadOnlyList<Batching> candidates, CancellationToken cancel)
    {
        var tried = new List<Block>();
        foreach (var batching in candidates)
        {
            tried.Add(await MeasureAsync(batching, length / 2, cancel));
            tell(
                $"{batching.BatchSize} per workflow, {batching.Slots} in flight: {tried[^1].OrdersPerSecond:0} orders/s"
            );
        }

        return tried.MaxBy(block => block.OrdersPerSecond)!.Batching;
    }

    private async Task<Block> MeasureAsync(Batching batching, TimeSpan time, CancellationToken cancel)
    {
        await gateway.PutAsync<Batching>("ops/saga", batching, null, cancel);
        await DrainAsync(cancel);
        _orders.Restart();
        var started = TimeProvider.System.GetUtcNow();
        var first = await databases.LastOrderAsync(cancel);
        var cpu = _cpu.Read();
        var clock = Stopwatch.StartNew();
        var handed = await HandInAsync(2 * batching.BatchSize * batching.Slots, clock, time, cancel);
        while (await databases.UnderWayAsync(cancel) > 0)
            await Task.Delay(Glance, cancel);
        var seconds = clock.Elapsed.TotalSeconds;
        await DrainAsync(cancel);
        var used = ShopCpu
            .Between(cpu, _cpu.Read())
            .ToDictionary(p => p.Key, p => Math.Round(p.Value * 1000 / handed, 3));
        var latencies = await databases.LatenciesAsync(first, await databases.LastOrderAsync(cancel), cancel);
        if (latencies.Count < handed)
            throw new ShopException(
                $"{handed} orders were handed in, but only {latencies.Count} were confirmed: this is no measurement. `./shop logs orders` may say why."
            );
        return new Block(
            batching,
            handed,
            Math.Round(seconds, 2),
            Math.Round(handed / seconds, 1),
            At(latencies, 0.5),
            At(latencies, 0.99),
            Math.Round(used.Values.Sum(), 3),
            Math.Round(await databases.BatchFillAsync(started, cancel), 1),
            used
        );
    }

    /// <summary>Keeps <paramref name="window"/> orders under way until time is up; answers how many it handed in.</summary>
    private async Task<int> HandInAsync(int window, Stopwatch clock, TimeSpan time, CancellationToken cancel)
    {
        var request = Math.Clamp(window / 4, 1, LargestRequest);
        var sending = new List<(Task Task, int Count)>();
        var handed = 0;
        while (clock.Elapsed < time)
        {
            foreach (var (task, _) in sending.Where(s => s.Task.IsCompleted))
                await task;
            sending.RemoveAll(s => s.Task.IsCompleted);
            var room = window - (int)await databases.UnderWayAsync(cancel) - sending.Sum(s => s.Count);
            for (; room >= request; room -= request)
            {
                sending.Add((_orders.PlaceAsync(request, cancel), request));
                handed += request;
            }

            await Task.Delay(Glance, cancel);
        }

        await Task.WhenAll(sending.Select(s => s.Task));
        return handed;
    }

    /// <summary>Waits until nothing of earlier blocks is under way any more, in History neither.</summary>
    private async Task DrainAsync(CancellationToken cancel)
    {
        while (await databases.UnderWayAsync(cancel) > 0 || !await databases.IsHistoryInStepAsync(cancel))
            await Task.Delay(Settling, cancel);
    }

    private static Block Median(List<Block> blocks) =>
        blocks.OrderBy(b => b.OrdersPerSecond).ElementAt(blocks.Count / 2);

    /// <summary>The value at a quantile of a sorted list.</summary>
    public static double At(IReadOnlyList<double> sorted, double quantile) =>
        Math.Round(sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))], 1);
}
