using System.Diagnostics;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Bench;

/// <summary>One way of answering. CPU is the Inventory process's, in microseconds per request.</summary>
internal sealed record Answering(string Route, double RequestsPerSecond, double CpuMicroseconds, double FromMemory);

/// <summary>The result; its names are those of <c>--json</c>.</summary>
/// <param name="Baseline">An empty endpoint behind the same authentication.</param>
/// <param name="Bare">An empty endpoint with nothing in front of it, asked without a token.</param>
internal sealed record ReadsResult(
    string Scenario,
    Answering Baseline,
    Answering Shop,
    double Ratio,
    double CpuRatio,
    Answering Bare,
    double RatioToBare,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>Stock from process memory over HTTP, against endpoints of the same process that do nothing, in turn.</summary>
internal sealed class ReadsBench(
    int port,
    string token,
    BenchOrders orders,
    ShopCpu cpu,
    TimeSpan length,
    Action<string> tell
)
{
    private const int Rounds = 15;
    private const int Connections = 16;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);

    public async Task<ReadsResult> RunAsync(CancellationToken cancel)
    {
        tell("stocking 200 SKUs");
        await orders.StockAsync(cancel);
        var stock = BenchOrders.AllSkus.Select(sku => PlainConnection.Get($"/stock/{sku}", token)).ToArray();
        (string Route, byte[][] Requests)[] ways =
        [
            ("GET /bench/empty, authenticated", [PlainConnection.Get("/bench/empty", token)]),
            ("GET /stock/{sku}, authenticated", stock),
            ("GET /bench/bare, no middleware", [PlainConnection.Get("/bench/bare", null)]),
        ];
        foreach (var (route, requests) in ways)
            await MeasureAsync(route, requests, Warming, cancel);
        var seen = ways.Select(_ => new List<Answering>()).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            // Each way comes first in turn: what the machine does meanwhile falls on all of them alike.
            foreach (var way in Enumerable.Range(round, ways.Length).Select(turn => turn % ways.Length))
                seen[way].Add(await MeasureAsync(ways[way].Route, ways[way].Requests, length, cancel));
            tell(
                $"round {round}: " + string.Join(", ", seen.Select(s => $"{s[^1].Route} {s[^1].RequestsPerSecond:0}/s"))
            );
        }

        List<double> pairs = [.. seen[1].Zip(seen[0], Ratio)];
        return new ReadsResult(
            "reads",
            Median(seen[0]),
            Median(seen[1]),
            Median(pairs),
            Median(seen[0].Zip(seen[1], (empty, shop) => empty.CpuMicroseconds / shop.CpuMicroseconds)),
            Median(seen[2]),
            Median(seen[1].Zip(seen[2], Ratio)),
            pairs,
            $"At Inventory's own port, without gateway and sidecars; {Connections} connections, 200 SKUs, blocks of {length.TotalSeconds:0.#} s in turn, the median of {Rounds} rounds. "
                + "The baseline checks the same JWT, `bare` none. The client shares the machine, which brings the rates closer together: the ratio in CPU has no client in it."
        );
    }

    private async Task<Answering> MeasureAsync(string route, byte[][] requests, TimeSpan time, CancellationToken cancel)
    {
        // While the others had their turn, memory grew old: what is measured is answers from it.
        using (var connection = await PlainConnection.OpenAsync(port, cancel))
            foreach (var request in requests)
                await connection.AskAsync(request, cancel);
        var (before, clock) = (cpu.Read().GetValueOrDefault("inventory"), Stopwatch.StartNew());
        var counts = await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(number => Task.Run(() => AskAsync(requests, number, clock, time, cancel), cancel))
        );
        var (seconds, asked) = (clock.Elapsed.TotalSeconds, counts.Sum(c => c.Asked));
        return new Answering(
            route,
            Math.Round(asked / seconds),
            Math.Round((cpu.Read().GetValueOrDefault("inventory") - before) * 1e6 / asked, 1),
            Math.Round((double)counts.Sum(c => c.FromMemory) / asked, 4)
        );
    }

    private async Task<(long Asked, long FromMemory)> AskAsync(
        byte[][] requests,
        int number,
        Stopwatch clock,
        TimeSpan time,
        CancellationToken cancel
    )
    {
        using var connection = await PlainConnection.OpenAsync(port, cancel);
        var (asked, memory) = (0L, 0L);
        for (; clock.Elapsed < time; asked++)
        {
            var answer = await connection.AskAsync(requests[(number + asked) % requests.Length], cancel);
            if (answer.Span.IndexOf("\"layer\":\"memory\""u8) >= 0)
                memory++;
        }

        return (asked, memory);
    }

    private static Answering Median(List<Answering> blocks) =>
        blocks.OrderBy(b => b.RequestsPerSecond).ElementAt(blocks.Count / 2);

    private static double Median(IEnumerable<double> ratios) => Math.Round(ratios.Order().ElementAt(Rounds / 2), 2);

    private static double Ratio(Answering shop, Answering other) =>
        Math.Round(shop.RequestsPerSecond / other.RequestsPerSecond, 3);
}
