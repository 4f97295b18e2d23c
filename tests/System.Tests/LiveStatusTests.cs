using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Live status through the whole shop. <c>LIVE_STREAMS</c>, <c>LIVE_CUTS</c> and <c>LIVE_ORDERS</c> make a campaign of it, which is to have the machine for itself.</summary>
public sealed class LiveStatusTests(SharedShop shops, ITestOutputHelper output) : SharedShopTest(shops)
{
    // Half of what is allowed: the gateway learns some moments after a client that it has gone.
    private const int PerCustomer = 10;
    private static readonly int Streams = Slice.Current.Size("LIVE_STREAMS", part: 40, full: 200);
    private static readonly int Cuts = Slice.Current.Size("LIVE_CUTS", part: 50, full: 100);
    private static readonly int Orders = Slice.Current.Size("LIVE_ORDERS", part: 400, full: 2_000);

    // Beside other tests: less than asking would take, by which a gateway follows that hears nothing.
    private static readonly int LatestMs =
        Slice.Current.IsFull || Environment.GetEnvironmentVariable("LIVE_STREAMS") is not null ? 500 : 2_500;

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task N1_A_stream_that_is_cut_repeatedly_delivers_every_status_once_and_without_delay(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        // A shop that was started a moment ago compiles what it does for the first time: what one that is in service takes is measured.
        await WatchedAsync(fixture, Streams / 4, Cuts / 10, Orders / 10);
        var started = Stopwatch.GetTimestamp();
        var watchers = await WatchedAsync(fixture, Streams, Cuts, Orders);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        var withAbsence = watchers.SelectMany(w => w.DelaysWithAbsenceMs).Order().ToList();
        var delays = watchers.SelectMany(w => w.DelaysMs).Order().ToList();
        output.WriteLine(
            $"{runtime}: {Streams} streams, cut {Streams * Cuts} times, during {Orders} orders, in {seconds:F0} s with placing and checking them; {delays.Count} updates, ms after the transition: "
                + $"p50 {delays[delays.Count / 2]:F0}, p95 {delays[delays.Count * 95 / 100]:F0}, p99 {delays[delays.Count * 99 / 100]:F0}, max {delays[^1]:F0}; with the time that clients were cut off p95 {withAbsence[withAbsence.Count * 95 / 100]:F0}"
        );
        delays
            .Should()
            .HaveCountGreaterThanOrEqualTo(
                Streams * 5,
                "stock, money, shipment and delivery came while it was watched"
            );
        delays[delays.Count * 95 / 100].Should().BeLessThan(LatestMs);
        await fixture.Shop.AuditAsync();
    }

    /// <summary>Orders on which stock comes, that are shipped and delivered, each watched by a client that is cut off again and again, while others are placed: each client is told its order's whole way once.</summary>
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
                    HttpMethod.Put,
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
                "History has heard of it all"
            );
            watcher
                .Log.Select(t => Step.Of(t.Transition, "status"))
                .Should()
                .Equal(await TimelineAsync(fixture, watcher.Order));
        }

        await others;
        return watchers;
    }

    /// <summary>While it is cut off again and again, stock comes for the order, it is shipped, and, when it was cut often enough, delivered.</summary>
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
        (await end).Should().Be(HttpStatusCode.NoContent, "who comes again after the last status is told to stop");
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
        await Wait.UntilAsync(async () => await fixture.AvailableAsync(sku) == 0, "all are served");
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
        public static Step Of(JsonElement told, string status) =>
            new(
                told.GetProperty("from").GetString(),
                told.GetProperty(status).GetString()!,
                told.GetProperty("reason").GetString(),
                told.GetProperty("at").GetDateTimeOffset()
            );
    }
}
