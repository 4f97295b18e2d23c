using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// Live status through the whole shop. <c>LIVE_STREAMS</c>, <c>LIVE_CUTS</c> and <c>LIVE_ORDERS</c> make a campaign of
/// it, which must be alone on the machine.
/// </summary>
public sealed class LiveStatusTests(SharedShop shops, ITestOutputHelper output) : SharedShopTest(shops)
{
    // Half of the limit: the gateway notices that a client has disconnected some moments later.
    private const int PerCustomer = 10;
    private static readonly int Streams = Slice.Current.Size("LIVE_STREAMS", part: 40, full: 200);
    private static readonly int Cuts = Slice.Current.Size("LIVE_CUTS", part: 50, full: 100);
    private static readonly int Orders = Slice.Current.Size("LIVE_ORDERS", part: 400, full: 2_000);

    // Beside other tests: less than the interval at which a gateway polls that gets no broadcasts.
    private static readonly int LatestMs =
        Slice.Current.IsFull || Environment.GetEnvironmentVariable("LIVE_STREAMS") is not null ? 500 : 2_500;

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task N1_A_stream_that_is_cut_repeatedly_delivers_every_status_once_and_without_delay(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        // The first round warms up: just after a start each code path is compiled when it is first used. The second
        // round is measured.
        await WatchedAsync(fixture, Streams / 4, Cuts / 10, Orders / 10);
        var started = Stopwatch.GetTimestamp();
        var watchers = await WatchedAsync(fixture, Streams, Cuts, Orders);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        var withAbsence = watchers.SelectMany(w => w.DelaysWithAbsenceMs).Order().ToList();
        var delays = watchers.SelectMany(w => w.DelaysMs).Order().ToList();
        output.WriteLine(
            $"{runtime}: {Streams} streams, cut {Streams * Cuts} times, during {Orders} orders, in {seconds:F0} s with "
                + $"placing and checking them; {delays.Count} updates, ms after the transition: "
                + $"p50 {delays[delays.Count / 2]:F0}, p95 {delays[delays.Count * 95 / 100]:F0}, "
                + $"p99 {delays[delays.Count * 99 / 100]:F0}, max {delays[^1]:F0}; "
                + $"including disconnected time p95 {withAbsence[withAbsence.Count * 95 / 100]:F0}"
        );
        delays
            .Should()
            .HaveCountGreaterThanOrEqualTo(
                Streams * 5,
                "reservation, payment, shipment and delivery happen while it is watched"
            );
        delays[delays.Count * 95 / 100].Should().BeLessThan(LatestMs);
        await fixture.Shop.AuditAsync();
    }

    /// <summary>
    /// Places backordered orders that are filled, shipped and delivered while other orders are placed. A client watches
    /// each and disconnects repeatedly; it must receive each status of its order once.
    /// </summary>
    private static async Task<List<Watcher>> WatchedAsync(ShopFixture fixture, int streams, int cuts, int orders)
    {
        var watchers = new List<Watcher>();
        var skus = new Dictionary<Guid, string>();
        var customer = fixture.Alice;
        for (var i = 0; i < streams; i++)
        {
            if (i % PerCustomer == 0)
                customer = fixture.Shop.As("customer", $"watcher-{i / PerCustomer}");
            var sku = await fixture.CreateItemAsync(0);
            (
                await SendAsync(
                    fixture.Olga,
                    HttpMethod.Patch,
                    $"items/{sku}",
                    new
                    {
                        name = "Mug",
                        price = 4,
                        backorderLimit = 5,
                    }
                )
            ).EnsureSuccessStatusCode();
            var id = await IdAsync(
                await SendAsync(
                    customer,
                    HttpMethod.Post,
                    "orders",
                    new
                    {
                        lines = new[] { new { sku, quantity = 1 } },
                        payment = new { token = "tok_ok" },
                        onShortage = "backorder",
                    }
                )
            );
            var client = new HttpClient { BaseAddress = fixture.Shop.Gateway.BaseAddress };
            client.DefaultRequestHeaders.Authorization = customer.DefaultRequestHeaders.Authorization;
            watchers.Add(new Watcher(client, id, seed: i));
            skus[id] = sku;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var others = PlaceOthersAsync(fixture, orders);
        await Task.WhenAll(
            watchers.Select(
                (watcher, i) => LiveAsync(fixture, watcher, skus[watcher.Order], cuts, new Random(i), patience.Token)
            )
        );
        foreach (var watcher in watchers)
        {
            watcher.Log.Should().OnlyContain(t => t.Type == "status");
            watcher
                .Log.Select(t => t.Id)
                .Should()
                .Equal(Enumerable.Range(1, watcher.Log.Count).Select(v => v.ToString(CultureInfo.InvariantCulture)));
            await Wait.UntilAsync(
                async () => (await TimelineAsync(fixture, watcher.Order)).LastOrDefault() is { Status: "delivered" },
                "History has all events"
            );
            watcher
                .Log.Select(t => Step.Of(t.Transition, "status"))
                .Should()
                .Equal(await TimelineAsync(fixture, watcher.Order));
        }

        await others;
        return watchers;
    }

    /// <summary>
    /// While the client disconnects repeatedly, stock for its order is received and the order is shipped; after the
    /// last disconnect it is delivered.
    /// </summary>
    private static async Task LiveAsync(
        ShopFixture fixture,
        Watcher watcher,
        string sku,
        int cuts,
        Random random,
        CancellationToken cancellationToken
    )
    {
        await watcher.WatchAndCutAsync(random.Next(cuts / 3));
        var arrives = ShipAsync();
        await watcher.WatchAndCutAsync(cuts - watcher.Cut);
        var end = watcher.WatchToTheEndAsync(cancellationToken);
        var shipment = await arrives;
        await watcher.ReceivedAsync("shipped").WaitAsync(cancellationToken);
        (
            await SendAsync(fixture.Olga, HttpMethod.Post, $"shipments/{shipment}/delivery", new { })
        ).EnsureSuccessStatusCode();
        (await end).Should().Be(HttpStatusCode.NoContent, "a client that reconnects after the last status gets 204");
        watcher.Cut.Should().Be(cuts);

        async Task<Guid> ShipAsync()
        {
            (
                await SendAsync(
                    fixture.Olga,
                    HttpMethod.Post,
                    $"stock/{sku}/receipts",
                    new { quantity = 1, reason = "truck" }
                )
            ).EnsureSuccessStatusCode();
            await watcher.ReceivedAsync("confirmed").WaitAsync(cancellationToken);
            using var shipped = await SendAsync(
                fixture.Olga,
                HttpMethod.Post,
                "shipments",
                new { orderId = watcher.Order }
            );
            shipped.StatusCode.Should().Be(HttpStatusCode.Accepted);
            return (await shipped.Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
                .GetProperty("id")
                .GetGuid();
        }
    }

    private static async Task PlaceOthersAsync(ShopFixture fixture, int orders)
    {
        var sku = await fixture.CreateItemAsync(orders);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, orders),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (_, _) => (await OrderAsync(fixture.Bob, sku)).StatusCode.Should().Be(HttpStatusCode.Accepted)
        );
        await Wait.UntilAsync(async () => await fixture.AvailableAsync(sku) == 0, "all orders have their units");
    }

    private static async Task<List<Step>> TimelineAsync(ShopFixture fixture, Guid order)
    {
        using var answer = await fixture.Olga.GetAsync($"orders/{order}/timeline?limit=500");
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return [];
        var timeline = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return
        [
            .. timeline
                .GetProperty("entries")
                .EnumerateArray()
                .Where(e => e.GetProperty("type").GetString()!.StartsWith("order.", StringComparison.Ordinal))
                .Select(e => Step.Of(e, "to")),
        ];
    }

    private sealed record Step(string? From, string Status, string? Reason, DateTimeOffset At)
    {
        public static Step Of(JsonElement entry, string status) =>
            new(
                entry.GetProperty("from").GetString(),
                entry.GetProperty(status).GetString()!,
                entry.GetProperty("reason").GetString(),
                entry.GetProperty("at").GetDateTimeOffset()
            );
    }
}
