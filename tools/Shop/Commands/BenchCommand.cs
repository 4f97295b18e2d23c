using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DaprShop.Shop.Bench;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Supervision;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop bench</c>: measurements on the running shop.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object and nothing else.", Recursive = true };
        var seconds = Number.Option(
            "--seconds",
            "The length of a block. Default: 10; of reads, 1; of hot-sku, 4.",
            least: 1
        );
        var saga = new Command(
            "saga",
            "One workflow per order against batches, in turn: rate, latency and CPU per order."
        )
        {
            seconds,
        };
        saga.SetAction(
            (given, cancel) =>
                SagaAsync(TimeSpan.FromSeconds(given.GetValue(seconds) ?? 10), given.GetValue(json), cancel)
        );
        var latency = new Command("latency", "From the 202 to `confirmed`, fifty orders one by one.");
        latency.SetAction((given, cancel) => LatencyAsync(given.GetValue(json), cancel));
        var reads = new Command("reads", "Stock from process memory against an endpoint that does nothing, in turn.")
        {
            seconds,
        };
        reads.SetAction(
            (given, cancel) =>
                ReadsAsync(TimeSpan.FromSeconds(given.GetValue(seconds) ?? 1), given.GetValue(json), cancel)
        );
        var hot = new Command(
            "hot-sku",
            "Reservations of one SKU by group commit against a transaction per order, in turn."
        )
        {
            seconds,
        };
        hot.SetAction(
            (given, cancel) =>
                HotSkuAsync(TimeSpan.FromSeconds(given.GetValue(seconds) ?? 4), given.GetValue(json), cancel)
        );
        return new Command("bench", "Measure the running shop.") { json, saga, latency, reads, hot };
    }

    private static async Task<int> SagaAsync(TimeSpan length, bool asJson, CancellationToken cancel)
    {
        var shop = ShopFolder.Find();
        using var gateway = Operator.Connect(shop, "bench");
        await using var databases = new ShopDatabases(shop);
        var result = await new SagaBench(
            gateway,
            shop,
            databases,
            length,
            asJson ? _ => { } : Console.WriteLine
        ).RunAsync(cancel);
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(result, Format));
        else
            Print(result);
        return 0;
    }

    private static async Task<int> LatencyAsync(bool asJson, CancellationToken cancel)
    {
        using var gateway = Operator.Connect(ShopFolder.Find(), "bench");
        var result = await new LatencyBench(gateway, TimeProvider.System).RunAsync(cancel);
        Console.WriteLine(
            asJson
                ? JsonSerializer.Serialize(result, Format)
                : $"202 to confirmed: median {result.Shop.MedianMs} ms, p99 {result.Shop.P99Ms} ms; seen by asking: median {result.Shop.SeenMedianMs} ms, p99 {result.Shop.SeenP99Ms} ms; "
                    + $"request to 202: median {result.Shop.AcceptMedianMs} ms. {result.Remark}"
        );
        return 0;
    }

    private static async Task<int> ReadsAsync(TimeSpan length, bool asJson, CancellationToken cancel)
    {
        var shop = ShopFolder.Find();
        using var gateway = Operator.Connect(shop, "bench");
        var port = DaprFile.Load(Path.Combine(shop.Root, "dapr.yaml")).Apps.First(app => app.Id == "inventory").Port;
        var result = await new ReadsBench(
            port,
            Operator.Pass("bench"),
            new BenchOrders(gateway),
            new ShopCpu(shop),
            length,
            asJson ? _ => { } : Console.WriteLine
        ).RunAsync(cancel);
        Console.WriteLine(
            asJson
                ? JsonSerializer.Serialize(result, Format)
                : $"{Line(result.Shop)}; {Line(result.Baseline)}; {Line(result.Bare)}. Ratio {result.Ratio} (rounds: {string.Join(", ", result.RatioOfPairs)}), "
                    + $"{result.CpuRatio} in CPU, {result.RatioToBare} to the bare one. {result.Remark}"
        );
        return 0;

        static string Line(Answering way) =>
            $"{way.Route}: {way.RequestsPerSecond:N0}/s, {way.CpuMicroseconds} µs of CPU";
    }

    private static async Task<int> HotSkuAsync(TimeSpan length, bool asJson, CancellationToken cancel)
    {
        var result = await new HotSkuBench(
            ShopFolder.Find().WithShop(),
            length,
            asJson ? _ => { } : Console.WriteLine
        ).RunAsync(cancel);
        Console.WriteLine(
            asJson
                ? JsonSerializer.Serialize(result, Format)
                : $"{Line(result.Shop)}; {Line(result.Baseline)}: ratio {result.Ratio} (rounds: {string.Join(", ", result.RatioOfPairs)}). {Line(result.Single)}: {result.SingleRatio}. "
                    + $"{Line(result.Spread)}: hot ÷ spread {result.HotToSpread}. {Line(result.Best)}: {result.RatioToBest}. {result.Remark}"
        );
        return 0;

        static string Line(Reserving way) => $"{way.Way}: {way.OrdersPerSecond:N0}/s";
    }

    private static void Print(SagaResult result)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 140;
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("saga", "in flight", "batch fill", "orders/s", "p50 ms", "p99 ms", "CPU ms/order");
        Row("one workflow per order", result.Baseline);
        Row($"batches of {result.Shop.Batching.BatchSize}", result.Shop);
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"Ratio {result.Ratio} in orders/s (pairs: {string.Join(", ", result.RatioOfPairs)}), {result.CpuRatio} in CPU. {result.Remark}"
        );

        void Row(string name, Block block) =>
            table.AddRow([
                name,
                .. new[]
                {
                    block.Batching.Slots,
                    block.BatchFill,
                    block.OrdersPerSecond,
                    block.P50Ms,
                    block.P99Ms,
                    block.CpuMsPerOrder,
                }.Select(number => number.ToString(CultureInfo.InvariantCulture)),
            ]);
    }
}
