using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// A file of orders is uploaded through the gateway while processes are killed. <c>BULK_ORDERS</c> sets the number of
/// orders of the memory campaign.
/// </summary>
public sealed class BulkTests(SharedShop shops) : SharedShopTest(shops)
{
    private const int Skus = 500;
    private const int OneBadIn = 100;
    private static readonly int Orders = Slice.Current.Size("BULK_FILE_ORDERS", part: 1_000, full: 2_000);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private static readonly Dictionary<string, (string Killed, bool WhileSending)[]> KillTargets = new()
    {
        ["embedded"] = [("orders", false)],
        ["dapr"] = [("orders", false), ("redis", false), ("gateway", true)],
    };

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task G29_G30_A_file_is_accepted_once_although_a_process_is_killed(string runtime)
    {
        var shop = await ShopAsync(runtime);
        foreach (var (killed, whileSending) in Slice.Current.Of($"bulk losses, {runtime}", KillTargets[runtime], 1))
            await AcceptedOnceAsync(shop, killed, whileSending);
    }

    private static async Task AcceptedOnceAsync(ShopFixture shop, string killed, bool whileSending)
    {
        await StockAsync(shop);
        var key = $"after {killed}";
        var file = BulkFile.Write(shop.Shop.PathOf($"{killed}.ndjson"), killed, Orders, OneBadIn);
        var sending = SendAsync(shop, file, key);
        if (whileSending)
            await shop.Shop.KillAsync(killed);
        var job = await SendUntilAcceptedAsync(shop, file, sending, key);
        for (var kill = 1; !whileSending && kill <= 2; kill++)
        {
            await WaitForDecidedRowsAsync(shop, job, Orders * kill / 5);
            await shop.Shop.KillAsync(killed);
            await shop.Shop.WaitUntilReadyAsync();
        }

        var done = await WaitUntilSettledAsync(shop, key);
        Counts(done).Should().Be((Orders, Orders - (Orders / OneBadIn), 0, Orders / OneBadIn, 0, 0), key);
        await VerifyErrorsAsync(shop, job, killed, Orders / OneBadIn);
        await SendAgainAsync(shop, file, $"{key} again");
        await shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task G29_Memory_does_not_grow_with_the_length_of_a_campaign()
    {
        var orders = Slice.Current.Size("BULK_ORDERS", part: 0, full: 20_000);
        Assert.SkipWhen(
            orders == 0,
            "This takes minutes: run `./shop test --all`, or set BULK_ORDERS to a number of orders."
        );
        var shop = await ShopAsync(Environment.GetEnvironmentVariable("BULK_RUNTIME") ?? Runtimes.Any);
        await StockAsync(shop);
        var file = BulkFile.Write(shop.Shop.PathOf("campaign.ndjson"), "campaign", orders, OneBadIn);
        await using var memory = new MemoryPeaks(shop.Shop);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await SendUntilAcceptedAsync(shop, file, SendAsync(shop, file, "campaign"), "campaign");
        var sent = clock.Elapsed;
        var job = await JobAsync(shop, "campaign");
        // Both kills are in the first half: a process that starts in the second half would need less memory.
        foreach (var share in new[] { 10, 5 })
        {
            await WaitForDecidedRowsAsync(shop, job, orders / share);
            await shop.Shop.KillAsync("orders");
            await shop.Shop.WaitUntilReadyAsync();
        }

        await WaitForDecidedRowsAsync(shop, job, orders / 2);
        memory.SecondHalf();
        var done = await WaitUntilSettledAsync(shop, "campaign");
        var seconds = clock.Elapsed.TotalSeconds;
        Counts(done).Should().Be((orders, orders - (orders / OneBadIn), 0, orders / OneBadIn, 0, 0));
        await VerifyErrorsAsync(shop, job, "campaign", orders / OneBadIn);
        Console.WriteLine(
            $"{orders} orders: sent in {sent.TotalSeconds:0.0} s, settled in {seconds:0.0} s: "
                + $"{orders / seconds:0} orders/s\n{done}\n{memory}"
        );
        // Redis is a store: its memory grows with the data.
        memory
            .Growth()
            .Where(p => !p.Name.StartsWith("redis/", StringComparison.Ordinal))
            .Should()
            .OnlyContain(
                p => p.Second <= (p.First * 1.25) + 50,
                "the second half of a campaign needs no more than the first"
            );
        await SendAgainAsync(shop, file, "campaign again");
        await shop.Shop.AuditAsync();
    }

    /// <summary>
    /// Each invalid row is reported with its number, its key and the invalid field, and no other row is.
    /// </summary>
    private static async Task VerifyErrorsAsync(ShopFixture shop, Guid job, string prefix, int bad)
    {
        var named = new List<(int Row, string? Key, string? Field)>();
        for (int? cursor = 0; cursor is not null; )
        {
            var page = await shop.Olga.GetFromJsonAsync<JsonElement>(
                $"bulk-orders/{job}/errors?limit=200&cursor={cursor}"
            );
            named.AddRange(
                page.GetProperty("rows")
                    .EnumerateArray()
                    .Select(r =>
                        (
                            r.GetProperty("row").GetInt32(),
                            r.GetProperty("key").GetString(),
                            r.GetProperty("errors")[0].GetProperty("field").GetString()
                        )
                    )
            );
            cursor =
                page.GetProperty("cursor").ValueKind == JsonValueKind.Null
                    ? null
                    : page.GetProperty("cursor").GetInt32();
        }

        named
            .Should()
            .Equal(
                Enumerable
                    .Range(1, bad)
                    .Select(i => (i * OneBadIn, (string?)$"{prefix}-{i * OneBadIn}", (string?)"/lines/0/sku"))
            );
    }

    private static async Task StockAsync(ShopFixture shop)
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, Skus)
                .Select(async i =>
                {
                    (
                        await ShopFixture.SendAsync(
                            shop.Olga,
                            HttpMethod.Put,
                            $"items/{BulkFile.Sku(i)}",
                            new
                            {
                                name = "Article",
                                price = 2.5m,
                                stocked = true,
                                backorderLimit = 0,
                                maxPerCustomer = (int?)null,
                                lowStockAt = (int?)null,
                                onSale = true,
                            }
                        )
                    ).EnsureSuccessStatusCode();
                    (
                        await ShopFixture.SendAsync(
                            shop.Olga,
                            HttpMethod.Post,
                            $"stock/{BulkFile.Sku(i)}/receipts",
                            new { quantity = 1_000_000, reason = "opening" }
                        )
                    ).EnsureSuccessStatusCode();
                })
        );
    }

    /// <summary>Sends the same file with another key: its rows have their own keys, so no order is added.</summary>
    private static async Task SendAgainAsync(ShopFixture shop, string file, string key)
    {
        await shop.Shop.WaitUntilReadyAsync();
        var before = await shop.OrdersAsync();
        await SendUntilAcceptedAsync(shop, file, SendAsync(shop, file, key), key);
        var again = await WaitUntilSettledAsync(shop, key);
        Counts(again).Replayed.Should().Be(Counts(again).Accepted);
        (await shop.OrdersAsync()).Should().Be(before);
    }

    private static async Task<HttpResponseMessage?> SendAsync(ShopFixture shop, string file, string key)
    {
        using var patient = new HttpClient
        {
            BaseAddress = shop.Olga.BaseAddress,
            Timeout = TimeSpan.FromMinutes(10),
            DefaultRequestHeaders = { Authorization = shop.Olga.DefaultRequestHeaders.Authorization },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "bulk-orders")
        {
            Content = new StreamContent(File.OpenRead(file))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") },
            },
        };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            return await patient.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Repeats the upload until it is accepted. Returns the job's ID.</summary>
    private static async Task<Guid> SendUntilAcceptedAsync(
        ShopFixture shop,
        string file,
        Task<HttpResponseMessage?> sending,
        string key
    )
    {
        HttpResponseMessage? answer = null;
        await Wait.UntilAsync(
            async () =>
            {
                answer = await sending;
                if (answer?.StatusCode == HttpStatusCode.Accepted)
                    return true;
                await Task.Delay(PollInterval);
                sending = SendAsync(shop, file, key);
                return false;
            },
            "the file is accepted"
        );
        return (await answer!.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<Guid> JobAsync(ShopFixture shop, string key)
    {
        var id = Guid.Empty;
        await Wait.UntilAsync(
            async () =>
            {
                if (await GetOrNullAsync(shop.Olga, "bulk-orders") is not { } response)
                    return false;
                id = response
                    .GetProperty("jobs")
                    .EnumerateArray()
                    .Single(j => j.GetProperty("key").GetString() == key)
                    .GetProperty("id")
                    .GetGuid();
                return true;
            },
            $"job {key} is listed"
        );
        return id;
    }

    private static Task WaitForDecidedRowsAsync(ShopFixture shop, Guid job, int rows) =>
        Wait.UntilAsync(
            async () =>
                await GetOrNullAsync(shop.Olga, $"bulk-orders/{job}") is { } response
                && Counts(response) is var counts
                && counts.Accepted + counts.Rejected >= rows,
            $"{rows} rows are decided"
        );

    private static async Task<JsonElement> WaitUntilSettledAsync(ShopFixture shop, string key)
    {
        JsonElement? job = null;
        var id = await JobAsync(shop, key);
        await Wait.UntilAsync(
            async () =>
            {
                await Task.Delay(PollInterval);
                job = await GetOrNullAsync(shop.Olga, $"bulk-orders/{id}");
                return job?.GetProperty("settled").GetBoolean() == true;
            },
            $"job {key} is settled"
        );
        return job!.Value;
    }

    private static (int Received, int Accepted, int Replayed, int Rejected, int Parked, int Pending) Counts(
        JsonElement job
    )
    {
        int Of(string name) => job.GetProperty("rows").GetProperty(name).GetInt32();
        return (Of("received"), Of("accepted"), Of("replayed"), Of("rejected"), Of("parked"), Of("pending"));
    }

    /// <summary>Orders shaped like those of the retail file, one per line, each with a key.</summary>
    private static class BulkFile
    {
        // Lines per order in the retail file: the mean of each 5 % of the orders, from the shortest to the longest;
        // 26.5 overall. 500 SKUs make up half of its lines.
        private static readonly int[] Lines =
        [
            1,
            1,
            3,
            4,
            5,
            7,
            9,
            11,
            12,
            14,
            16,
            18,
            21,
            23,
            27,
            32,
            38,
            48,
            64,
            176,
        ];

        public static string Sku(int i) => $"{85_000 + i}";

        public static string Write(string path, string prefix, int orders, int oneBadIn)
        {
            var random = new Random(20101201);
            using var file = new StreamWriter(path, append: false, new UTF8Encoding(false));
            for (var i = 1; i <= orders; i++)
            {
                var lines =
                    i % oneBadIn == 0
                        ? """{"sku":"unknown","quantity":1}"""
                        : string.Join(
                            ',',
                            Enumerable
                                .Range(0, Lines[random.Next(Lines.Length)])
                                .Select(_ =>
                                    string.Create(
                                        CultureInfo.InvariantCulture,
                                        $$"""{"sku":"{{Sku(random.Next(Skus))}}","quantity":{{random.Next(
                                            1,
                                            13
                                        )}},"unitPrice":{{0.42m + (random.Next(400) / 100m)}}}"""
                                    )
                                )
                        );
                var customer = random.Next(12_000, 12_100);
                file.Write($$$"""{"key":"{{{prefix}}}-{{{i}}}","customer":"{{{customer}}}","lines":[{{{lines}}}],""");
                file.Write(
                    """
                    "payment":{"token":"tok_ok"}}
                    """
                );
                file.Write('\n');
            }

            return path;
        }
    }
}
