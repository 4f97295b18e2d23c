using System.Diagnostics;
using System.Text;

namespace DaprShop.Shop.Bench;

/// <summary>The throughput of one method of reservation.</summary>
internal sealed record ReservationThroughput(string Method, double OrdersPerSecond);

/// <summary>The result of <c>bench hot-sku</c>; the member names are those of <c>--json</c>.</summary>
/// <param name="Baseline">One transaction per order on the hot SKU, with all clients connected.</param>
/// <param name="Best">
/// The same with the number of connections that is fastest for it, as a connection pool of the right size would have.
/// </param>
/// <param name="Shop">The service on the hot SKU, with the batches that the saga sends.</param>
/// <param name="Single">The service on the hot SKU, with one order per request.</param>
/// <param name="HotToSpread">The throughput on one SKU divided by that on 200 SKUs.</param>
internal sealed record HotSkuResult(
    string Scenario,
    ReservationThroughput Baseline,
    ReservationThroughput Shop,
    double Ratio,
    ReservationThroughput Single,
    double SingleRatio,
    ReservationThroughput Spread,
    double HotToSpread,
    ReservationThroughput Best,
    double RatioToBest,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>
/// Compares reservations of one hot SKU through the Inventory service, which uses group commit, with one transaction
/// per order, in alternating blocks on the same PostgreSQL server with durable commits.
/// </summary>
internal sealed class HotSkuBench(ShopFolder shop, TimeSpan length, Action<string> report)
{
    private const int Rounds = 3;
    private const int BatchSize = 200;
    private const string Hot = "hot";
    private const int Clients = 64;
    private static readonly int[] Connections = [1, 2, 4, 8, 16];
    private static readonly string[] Spread = [.. Enumerable.Range(0, 200).Select(n => $"spread-{n:000}")];

    public async Task<HotSkuResult> RunAsync(CancellationToken cancel)
    {
        await using var inventory = await ScratchInventory.StartAsync(shop, [Hot, .. Spread], cancel);
        var naive = new NaiveReservations(inventory.Database);
        await naive.PrepareAsync(cancel);
        var best = await BestAsync(naive, cancel);
        Dictionary<string, Func<Task<double>>> methods = new()
        {
            [$"select for update, {Clients} clients"] = () => naive.MeasureAsync(Hot, Clients, length, cancel),
            [$"service, hot, {BatchSize} orders per request"] = () =>
                ServiceAsync(inventory.Port, [Hot], connections: 8, BatchSize, cancel),
            [$"service, spread, {BatchSize} orders per request"] = () =>
                ServiceAsync(inventory.Port, Spread, connections: 8, BatchSize, cancel),
            ["service, hot, one order per request"] = () => ServiceAsync(inventory.Port, [Hot], Clients, 1, cancel),
            [$"select for update, {best} connections"] = () => naive.MeasureAsync(Hot, best, length, cancel),
        };
        var seen = methods.ToDictionary(m => m.Key, _ => new List<double>());
        foreach (var measure in methods.Values)
            await measure();
        for (var round = 1; round <= Rounds; round++)
        {
            foreach (var (name, measure) in methods)
                seen[name].Add(await measure());
            report($"round {round}: " + string.Join("; ", seen.Select(s => $"{s.Key}: {s.Value[^1]:0}/s")));
        }

        var medians = seen.Select(s => new ReservationThroughput(
                s.Key,
                Math.Round(s.Value.Order().ElementAt(Rounds / 2))
            ))
            .ToList();
        var (baseline, hot, spread, single, few) = (medians[0], medians[1], medians[2], medians[3], medians[4]);
        var pairs = seen.Values.ToList();
        return new HotSkuResult(
            "hot-sku",
            baseline,
            hot,
            Ratio(hot, baseline),
            single,
            Ratio(single, baseline),
            spread,
            Ratio(hot, spread),
            few,
            Ratio(hot, few),
            [.. pairs[1].Zip(pairs[0], (service, other) => Math.Round(service / other, 1))],
            $"One unit per order; alternating blocks of {length.TotalSeconds:0.#} s, the median of {Rounds}. "
                + "The baseline writes a level, a movement and an allocation; the service also writes the claim, the "
                + "hash chain and the event. Both commit durably on the same server. The ratio compares the service as "
                + "the saga calls it."
        );
    }

    private async Task<int> BestAsync(NaiveReservations naive, CancellationToken cancel)
    {
        var (best, most) = (0, 0d);
        foreach (var connections in Connections)
        {
            var rate = await naive.MeasureAsync(Hot, connections, length / 2, cancel);
            report($"select for update with {connections} connections: {rate:0}/s");
            if (rate > most)
                (best, most) = (connections, rate);
        }

        return best;
    }

    private async Task<double> ServiceAsync(
        int port,
        string[] skus,
        int connections,
        int ordersPerRequest,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        var done = await Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(number =>
                    Task.Run(() => SendAsync(port, skus, number, ordersPerRequest, clock, cancel), cancel)
                )
        );
        return done.Sum() / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> SendAsync(
        int port,
        string[] skus,
        int number,
        int ordersPerRequest,
        Stopwatch clock,
        CancellationToken cancel
    )
    {
        using var connection = await RawHttpConnection.OpenAsync(port, cancel);
        var orders = 0L;
        for (; clock.Elapsed < length; orders += ordersPerRequest)
        {
            var response = await connection.SendAsync(
                RawHttpConnection.Post("/reservations", Body(skus, number + (int)orders, ordersPerRequest)),
                cancel
            );
            if (response.Span.IndexOf("\"outOfStock\""u8) >= 0)
                throw new ShopException(
                    "The hot SKU is sold out, so the measurement is invalid. Run the benchmark again with fewer "
                        + "--seconds."
                );
        }

        return orders;
    }

    private static string Body(string[] skus, int first, int orders)
    {
        var json = new StringBuilder("{\"orders\":[", orders * 110);
        for (var i = 0; i < orders; i++)
        {
            if (i > 0)
                json.Append(',');
            json.Append("{\"orderId\":\"")
                .Append(Guid.CreateVersion7())
                .Append("\",\"lines\":[{\"sku\":\"")
                .Append(skus[(first + i) % skus.Length])
                .Append("\",\"quantity\":1}]}");
        }

        return json.Append("]}").ToString();
    }

    private static double Ratio(ReservationThroughput one, ReservationThroughput other) =>
        Math.Round(one.OrdersPerSecond / other.OrdersPerSecond, 2);
}
