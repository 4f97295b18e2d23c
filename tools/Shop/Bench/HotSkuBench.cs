using System.Diagnostics;
using System.Text;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Bench;

/// <summary>One way of reserving, in orders per second.</summary>
internal sealed record Reserving(string Way, double OrdersPerSecond);

/// <summary>The result; its names are those of <c>--json</c>.</summary>
/// <param name="Baseline">A transaction per order on the hot SKU, all of its clients at once.</param>
/// <param name="Best">The same with as few connections as suit it best, the other clients waiting: what a connection pool of the right size would make of it.</param>
/// <param name="Shop">The service on the hot SKU, called as the saga calls it.</param>
/// <param name="Single">The service on the hot SKU, one order to a request.</param>
/// <param name="HotToSpread">The service on one SKU, against the same on two hundred.</param>
internal sealed record HotSkuResult(
    string Scenario,
    Reserving Baseline,
    Reserving Shop,
    double Ratio,
    Reserving Single,
    double SingleRatio,
    Reserving Spread,
    double HotToSpread,
    Reserving Best,
    double RatioToBest,
    IReadOnlyList<double> RatioOfPairs,
    string Remark
);

/// <summary>Reservations of one hot SKU through the Inventory service with its group commit, against the naive way, in turn, on one PostgreSQL server with durability on.</summary>
internal sealed class HotSkuBench(ShopFolder shop, TimeSpan length, Action<string> tell)
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
        Dictionary<string, Func<Task<double>>> ways = new()
        {
            [$"select for update, {Clients} clients"] = () => naive.MeasureAsync(Hot, Clients, length, cancel),
            [$"service, hot, {BatchSize} orders a request"] = () =>
                ServiceAsync(inventory.Port, [Hot], connections: 8, BatchSize, cancel),
            [$"service, spread, {BatchSize} orders a request"] = () =>
                ServiceAsync(inventory.Port, Spread, connections: 8, BatchSize, cancel),
            ["service, hot, one order a request"] = () => ServiceAsync(inventory.Port, [Hot], Clients, 1, cancel),
            [$"select for update, {best} connections"] = () => naive.MeasureAsync(Hot, best, length, cancel),
        };
        var seen = ways.ToDictionary(w => w.Key, _ => new List<double>());
        foreach (var way in ways.Values)
            await way();
        for (var round = 1; round <= Rounds; round++)
        {
            foreach (var (name, way) in ways)
                seen[name].Add(await way());
            tell($"round {round}: " + string.Join("; ", seen.Select(s => $"{s.Key}: {s.Value[^1]:0}/s")));
        }

        var medians = seen.Select(s => new Reserving(s.Key, Math.Round(s.Value.Order().ElementAt(Rounds / 2))))
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
            $"One unit an order; blocks of {length.TotalSeconds:0.#} s in turn, the median of {Rounds}. The baseline writes a level, a movement and an allocation; the service also the claim, the hash chain and the event. "
                + "fsync and synchronous_commit are the server's, for both. The ratio is of the service as the saga calls it."
        );
    }

    private async Task<int> BestAsync(NaiveReservations naive, CancellationToken cancel)
    {
        var (best, most) = (0, 0d);
        foreach (var connections in Connections)
        {
            var rate = await naive.MeasureAsync(Hot, connections, length / 2, cancel);
            tell($"select for update with {connections} connections: {rate:0}/s");
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
                .Select(number => Task.Run(() => AskAsync(port, skus, number, ordersPerRequest, clock, cancel), cancel))
        );
        return done.Sum() / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> AskAsync(
        int port,
        string[] skus,
        int number,
        int ordersPerRequest,
        Stopwatch clock,
        CancellationToken cancel
    )
    {
        using var connection = await PlainConnection.OpenAsync(port, cancel);
        var orders = 0L;
        for (; clock.Elapsed < length; orders += ordersPerRequest)
        {
            var answer = await connection.AskAsync(
                PlainConnection.Post("/reservations", Body(skus, number + (int)orders, ordersPerRequest)),
                cancel
            );
            if (answer.Span.IndexOf("\"outOfStock\""u8) >= 0)
                throw new ShopException("The hot SKU is sold out: the benchmark measures nothing.");
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

    private static double Ratio(Reserving one, Reserving other) =>
        Math.Round(one.OrdersPerSecond / other.OrdersPerSecond, 2);
}
