using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// Sixty-four customers place orders through the gateway while a warehouse receives, transfers and counts stock.
/// <c>CROWD_ORDERS</c> sets the number of orders.
/// </summary>
public sealed class CrowdTests(SharedShop shops, ITestOutputHelper output) : SharedShopTest(shops)
{
    private const int Clients = 64;
    private static readonly int Orders = Slice.Current.Size("CROWD_ORDERS", part: 1_500, full: 10_000);
    private static readonly string[] Skus = [.. Enumerable.Range(0, 200).Select(n => $"s{n:000}")];
    private static readonly string[] Locations = ["main", "east", "north", "west"];
    private static readonly string[] OnShortage = ["reject", "partial", "backorder", "ask"];

    private readonly ConcurrentBag<(string Action, int Status)> _responses = [];

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task G06_No_request_of_64_customers_and_a_warehouse_fails_and_the_audit_is_clean(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        for (var i = 0; i < Locations.Length; i++)
            (
                await SendAsync(
                    fixture.Olga,
                    HttpMethod.Put,
                    $"locations/{Locations[i]}",
                    new { priority = i + 1, sold = true }
                )
            ).EnsureSuccessStatusCode();
        await Parallel.ForEachAsync(Skus, async (sku, _) =>
        {
            (
                await SendAsync(
                    fixture.Olga,
                    HttpMethod.Put,
                    $"items/{sku}",
                    new
                    {
                        name = sku,
                        price = 2.5m,
                        backorderLimit = 9,
                    }
                )
            ).EnsureSuccessStatusCode();
            await ReceiveAsync(fixture.Olga, new Random(7), sku, 40);
        });

        var (left, before) = (Orders, await fixture.OrdersAsync());
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async number =>
                {
                    var (random, own, documents) = (
                        new Random(number),
                        new List<Guid>(),
                        new List<(string Reference, string Sku)>()
                    );
                    using var customer = fixture.Shop.As("customer", $"customer-{number}");
                    while (Interlocked.Decrement(ref left) >= 0)
                    {
                        await DoSomethingElseAsync(fixture.Olga, customer, random, own, documents);
                        own.Add(await PlaceAsync(customer, random));
                    }
                })
        );
        var placed = clock.Elapsed.TotalSeconds;
        await fixture.Shop.AuditAsync();

        var byStatus = (await fixture.Olga.GetFromJsonAsync<JsonElement>("ops/orders/summary"))
            .GetProperty("byStatus")
            .EnumerateObject()
            .ToDictionary(s => s.Name, s => s.Value.GetInt32());
        output.WriteLine(
            $"{runtime}: {Orders} orders in {placed:F0} s, settled after {clock.Elapsed.TotalSeconds:F0} s: "
                + $"{string.Join(", ", byStatus)}; {string.Join(", ", _responses.CountBy(r => r))}"
        );
        byStatus.Values.Sum().Should().Be(before + Orders);
        byStatus
            .Keys.Should()
            .Contain(
                ["confirmed", "rejected", "cancelled", "backordered"],
                "the shop was busy, and short of some SKUs"
            );
        _responses.Should().OnlyContain(a => a.Status < 500, "no request fails");
        foreach (var action in _responses.GroupBy(a => a.Action))
            action.Should().Contain(a => a.Status < 300, "{0} succeeds at least once", action.Key);
    }

    private static async Task<Guid> PlaceAsync(HttpClient customer, Random random)
    {
        var lines = Enumerable
            .Range(0, random.Next(1, 5))
            .Select(_ => new { sku = Any(random, Skus), quantity = random.Next(1, 4) });
        using var answer = await SendAsync(
            customer,
            HttpMethod.Post,
            "orders",
            new
            {
                lines,
                payment = new { token = "tok_ok" },
                onShortage = Any(random, OnShortage),
            }
        );
        return await IdAsync(answer);
    }

    /// <summary>Sometimes stock is received, transferred or counted, or an order is cancelled.</summary>
    private async Task DoSomethingElseAsync(
        HttpClient olga,
        HttpClient customer,
        Random random,
        List<Guid> own,
        List<(string Reference, string Sku)> documents
    )
    {
        var (sku, place, reference) = (Any(random, Skus), Any(random, Locations), Guid.CreateVersion7().ToString());
        switch (random.Next(10))
        {
            case 0 or 1:
                await ReceiveAsync(olga, random, sku, random.Next(1, 6));
                break;
            case 2 when own.Count > 0:
                await SendActionAsync("cancel", customer, $"orders/{Any(random, own)}/cancel", new { });
                break;
            case 3:
                await SendActionAsync(
                    "count",
                    olga,
                    $"stock/{sku}/counts",
                    new
                    {
                        counted = random.Next(0, 20),
                        expected = (long?)null,
                        location = place,
                        reason = "stocktake",
                        whenPromised = random.Next(2) == 0 ? "accept" : "refuse",
                    }
                );
                break;
            case 4:
                if (
                    await SendActionAsync(
                        "transfer",
                        olga,
                        "transfers",
                        new
                        {
                            reference,
                            from = place,
                            to = Locations.First(p => p != place),
                            lines = new[] { new { sku, quantity = 1 } },
                            reason = "balance",
                        }
                    )
                )
                    documents.Add((reference, sku));
                break;
            case 5 when documents.Count > 0:
                await SendActionAsync(
                    "close",
                    olga,
                    $"inbounds/{Any(random, documents).Reference}/close",
                    new { disposition = "return", reason = "van broke down" }
                );
                break;
            case 6 when documents.Count > 0:
                var document = Any(random, documents);
                await SendActionAsync(
                    "arrival",
                    olga,
                    $"inbounds/{document.Reference}/receipts",
                    new { lines = new[] { new { sku = document.Sku, quantity = 1 } } }
                );
                break;
        }
    }

    private Task<bool> ReceiveAsync(HttpClient olga, Random random, string sku, int quantity) =>
        SendActionAsync(
            "receipt",
            olga,
            $"stock/{sku}/receipts",
            new
            {
                quantity,
                location = Any(random, Locations),
                reason = "truck",
            }
        );

    private async Task<bool> SendActionAsync(string action, HttpClient client, string path, object body)
    {
        using var answer = await SendAsync(client, HttpMethod.Post, path, body);
        _responses.Add((action, (int)answer.StatusCode));
        return answer.IsSuccessStatusCode;
    }

    private static T Any<T>(Random random, IReadOnlyList<T> all) => all[random.Next(all.Count)];
}
