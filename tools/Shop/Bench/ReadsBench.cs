using System.Diagnostics;

namespace DaprShop.Shop.Bench;

/// <summary>The throughput of one endpoint.</summary>
/// <param name="CpuMicroseconds">CPU time of the Inventory process per request.</param>
/// <param name="FromMemory">The fraction of responses that came from process memory.</param>
internal sealed record ReadThroughput(
    string Route,
    double RequestsPerSecond,
    double CpuMicroseconds,
    double FromMemory
);

/// <summary>The result of <c>bench reads</c>; the member names are those of <c>--json</c>.</summary>
/// <param name="Baseline">An empty endpoint behind the same authentication.</param>
/// <param name="Bare">An empty endpoint without middleware, requested without a token.</param>
internal sealed record ReadsResult(
    string Scenario,
    ReadThroughput Baseline,
    ReadThroughput Shop,
    double Ratio,
    double CpuRatio,
    ReadThroughput Bare,
    double RatioToBare,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>
/// Compares reading stock from process memory over HTTP with empty endpoints of the same process, in alternating
/// blocks.
/// </summary>
internal sealed class ReadsBench(ShopFolder shop, string token, TimeSpan length, Action<string> report)
{
    private const int Rounds = 15;
    private const int Connections = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public async Task<ReadsResult> RunAsync(CancellationToken cancel)
    {
        report("starting an Inventory with 200 SKUs");
        await using var inventory = await ScratchInventory.StartAsync(shop, BenchOrders.AllSkus, cancel);
        var stock = BenchOrders.AllSkus.Select(sku => RawHttpConnection.Get($"/stock/{sku}", token)).ToArray();
        (string Route, byte[][] Requests)[] endpoints =
        [
            ("GET /bench/empty, authenticated", [RawHttpConnection.Get("/bench/empty", token)]),
            ("GET /stock/{sku}, authenticated", stock),
            ("GET /bench/bare, no middleware", [RawHttpConnection.Get("/bench/bare", null)]),
        ];
        foreach (var (route, requests) in endpoints)
            await MeasureAsync(inventory, route, requests, WarmUp, cancel);
        var seen = endpoints.Select(_ => new List<ReadThroughput>()).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            // Each endpoint is measured first in turn, so that other load on the machine affects all of them equally.
            foreach (var at in Enumerable.Range(round, endpoints.Length).Select(turn => turn % endpoints.Length))
            {
                var (route, requests) = endpoints[at];
                seen[at].Add(await MeasureAsync(inventory, route, requests, length, cancel));
            }

            report(
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
            $"At the port of a separate Inventory, without gateway and sidecars; {Connections} connections, 200 SKUs, "
                + $"alternating blocks of {length.TotalSeconds:0.#} s, the median of {Rounds} rounds. The baseline "
                + "checks the same JWT, `bare` checks none. The client shares the machine, which brings the rates closer "
                + "together; the CPU ratio does not include the client."
        );
    }

    private static async Task<ReadThroughput> MeasureAsync(
        ScratchInventory inventory,
        string route,
        byte[][] requests,
        TimeSpan time,
        CancellationToken cancel
    )
    {
        // The entries in memory expired while the other endpoints were measured: load them again.
        using (var connection = await RawHttpConnection.OpenAsync(inventory.Port, cancel))
            foreach (var request in requests)
                await connection.SendAsync(request, cancel);
        var (before, clock) = (inventory.CpuTime, Stopwatch.StartNew());
        var counts = await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(number =>
                    Task.Run(() => SendAsync(inventory.Port, requests, number, clock, time, cancel), cancel)
                )
        );
        var (seconds, sent) = (clock.Elapsed.TotalSeconds, counts.Sum(c => c.Sent));
        return new ReadThroughput(
            route,
            Math.Round(sent / seconds),
            Math.Round((inventory.CpuTime - before).TotalMicroseconds / sent, 1),
            Math.Round((double)counts.Sum(c => c.FromMemory) / sent, 4)
        );
    }

    private static async Task<(long Sent, long FromMemory)> SendAsync(
        int port,
        byte[][] requests,
        int number,
        Stopwatch clock,
        TimeSpan time,
        CancellationToken cancel
    )
    {
        using var connection = await RawHttpConnection.OpenAsync(port, cancel);
        var (sent, fromMemory) = (0L, 0L);
        for (; clock.Elapsed < time; sent++)
        {
            var response = await connection.SendAsync(requests[(number + sent) % requests.Length], cancel);
            if (response.Span.IndexOf("\"layer\":\"memory\""u8) >= 0)
                fromMemory++;
        }

        return (sent, fromMemory);
    }

    private static ReadThroughput Median(List<ReadThroughput> blocks) =>
        blocks.OrderBy(b => b.RequestsPerSecond).ElementAt(blocks.Count / 2);

    private static double Median(IEnumerable<double> ratios) => Math.Round(ratios.Order().ElementAt(Rounds / 2), 2);

    private static double Ratio(ReadThroughput shop, ReadThroughput other) =>
        Math.Round(shop.RequestsPerSecond / other.RequestsPerSecond, 3);
}
