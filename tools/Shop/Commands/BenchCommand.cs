using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DaprShop.Shop.Bench;
using DaprShop.Shop.Gateway;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop bench</c>: measurements on the running shop.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = CommonOptions.JsonDescription, Recursive = true };
        var here = new Option<bool>("--here")
        {
            Description = "Measure a shop that is in use, too. The benchmark's items and orders stay in it.",
        };
        return new Command("bench", "Measure the running shop.")
        {
            json,
            Saga(json, here),
            Latency(json, here),
            Timed(
                "reads",
                "Compare reading stock from process memory with an endpoint that does nothing.",
                defaultSeconds: 1,
                json,
                ReadsAsync
            ),
            Timed(
                "hot-sku",
                "Compare reservations of one SKU by group commit with one transaction per order.",
                defaultSeconds: 4,
                json,
                HotSkuAsync
            ),
        };
    }

    private static Command Timed(
        string name,
        string description,
        int defaultSeconds,
        Option<bool> json,
        Func<TimeSpan, bool, CancellationToken, Task> run
    )
    {
        var seconds = Seconds(defaultSeconds);
        var command = new Command(name, description) { seconds };
        command.SetAction(
            (parsed, cancel) =>
                run(TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? defaultSeconds), parsed.GetValue(json), cancel)
        );
        return command;
    }

    private static Option<int?> Seconds(int usual) =>
        WholeNumber.Option("--seconds", $"The length of one measured block in seconds. Default: {usual}.", least: 1);

    private static Command Saga(Option<bool> json, Option<bool> here)
    {
        const int usual = 10;
        var seconds = Seconds(usual);
        var command = new Command(
            "saga",
            "Compare one workflow per order with batches: orders/s, latency and CPU time per order."
        )
        {
            seconds,
            here,
        };
        command.SetAction(
            (parsed, cancel) =>
                OnTheShopAsync(
                    parsed.GetValue(here),
                    async (shop, gateway, databases) =>
                    {
                        var asJson = parsed.GetValue(json);
                        var length = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? usual);
                        var result = await new SagaBench(gateway, shop, databases, length, Progress(asJson)).RunAsync(
                            cancel
                        );
                        if (asJson)
                            PrintJson(result);
                        else
                            Print(result);
                    },
                    cancel
                )
        );
        return command;
    }

    private static Command Latency(Option<bool> json, Option<bool> here)
    {
        var command = new Command("latency", "Measure the time from the 202 to `confirmed`, for 50 orders in sequence.")
        {
            here,
        };
        command.SetAction(
            (parsed, cancel) =>
                OnTheShopAsync(
                    parsed.GetValue(here),
                    async (_, gateway, _) =>
                    {
                        var result = await new LatencyBench(gateway, TimeProvider.System).RunAsync(cancel);
                        if (parsed.GetValue(json))
                            PrintJson(result);
                        else
                            Print(result);
                    },
                    cancel
                )
        );
        return command;
    }

    /// <summary>Runs a benchmark that places orders in the running shop, and says what it has left there.</summary>
    private static async Task OnTheShopAsync(
        bool here,
        Func<ShopFolder, GatewayClient, BenchDatabases, Task> measureAsync,
        CancellationToken cancel
    )
    {
        var shop = ShopFolder.Find();
        using var gateway = OperatorSession.Connect(shop, BenchOrders.Customer);
        await using var databases = new BenchDatabases(shop);
        BenchTraces.Check(await databases.ContentsAsync(cancel), here);
        try
        {
            await measureAsync(shop, gateway, databases);
        }
        finally
        {
            // On standard error: with --json, standard output has the result and nothing else.
            await Console.Error.WriteLineAsync(
                await databases.TryGetContentsAsync() is { } now
                    ? BenchTraces.Describe(now)
                    : "The benchmark's items and orders stay in this shop, whose databases do not answer now."
            );
        }
    }

    private static void Print(LatencyResult result)
    {
        var shop = result.Shop;
        Console.WriteLine(
            $"""
            202 to confirmed, by the order's timestamp: median {shop.MedianMs} ms, p99 {shop.P99Ms} ms
            202 to confirmed, seen by polling:          median {shop.SeenMedianMs} ms, p99 {shop.SeenP99Ms} ms
            Request to 202:                             median {shop.AcceptMedianMs} ms
            {result.Remark}
            """
        );
    }

    private static async Task ReadsAsync(TimeSpan length, bool asJson, CancellationToken cancel)
    {
        var shop = ShopFolder.Find().EnsureStarted();
        var token = OperatorSession.CreateToken(shop, "bench");
        var result = await new ReadsBench(shop, token, length, Progress(asJson)).RunAsync(cancel);
        if (asJson)
        {
            PrintJson(result);
            return;
        }

        Console.WriteLine(
            $"""
            {Line(result.Shop)}
            {Line(result.Baseline)}
            {Line(result.Bare)}
            Ratio to the baseline: {result.Ratio} in requests/s (rounds: {string.Join(", ", result.RatioOfPairs)}),
            {result.CpuRatio} in CPU time. Ratio to the bare endpoint: {result.RatioToBare}.
            {result.Remark}
            """
        );

        static string Line(ReadThroughput read) =>
            $"{read.Route}: {read.RequestsPerSecond:N0} requests/s, {read.CpuMicroseconds} µs of CPU time each";
    }

    private static async Task HotSkuAsync(TimeSpan length, bool asJson, CancellationToken cancel)
    {
        var shop = ShopFolder.Find().EnsureStarted();
        var result = await new HotSkuBench(shop, length, Progress(asJson)).RunAsync(cancel);
        if (asJson)
        {
            PrintJson(result);
            return;
        }

        Console.WriteLine(
            $"""
            {Line(result.Shop)}
            {Line(result.Baseline)}
              ratio {result.Ratio} (rounds: {string.Join(", ", result.RatioOfPairs)})
            {Line(result.Single)}
              ratio to the baseline {result.SingleRatio}
            {Line(result.Spread)}
              ratio of the hot SKU to 200 SKUs {result.HotToSpread}
            {Line(result.Best)}
              ratio of the service to it {result.RatioToBest}
            {result.Remark}
            """
        );

        static string Line(ReservationThroughput each) => $"{each.Method}: {each.OrdersPerSecond:N0} orders/s";
    }

    private static void Print(SagaResult result)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("saga", "in flight", "orders per batch", "orders/s", "p50 ms", "p99 ms", "CPU ms/order");
        AddRow("one workflow per order", result.Baseline);
        AddRow($"batches of {result.Shop.Batching.BatchSize}", result.Shop);
        ConsoleTable.Write(table);
        Console.WriteLine(
            $"Ratio {result.Ratio} in orders/s (pairs: {string.Join(", ", result.RatioOfPairs)}), {result.CpuRatio} in "
                + $"CPU time. {result.Remark}"
        );

        void AddRow(string name, BenchBlock block) =>
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

    private static Action<string> Progress(bool asJson) => asJson ? _ => { } : Console.WriteLine;

    private static void PrintJson<T>(T result) => Console.WriteLine(JsonSerializer.Serialize(result, Format));
}
