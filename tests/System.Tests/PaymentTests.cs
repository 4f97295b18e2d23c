using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>A payment provider that makes every fault it can, and its effects on the shop.</summary>
[Collection("one shop at a time")]
public sealed class PaymentTests(ITestOutputHelper output)
{
    private const int Customers = 24;

    /// <summary>Share of the orders whose first card is declined.</summary>
    private const int DeclinedIn = 12;

    /// <summary>Share of the orders that their customer cancels.</summary>
    private const int CancelledIn = 15;

    private static readonly int Orders = Slice.Current.Size("PAYMENT_ORDERS", part: 400, full: 10_000);

    private static readonly object EveryFault = new
    {
        slow = 0.02,
        slowSeconds = 3,
        throttled = 0.02,
        lost = 0.03,
        unavailable = 0.03,
        declined = 0.03,
        processing = 0.05,
        webhookFirst = 0.3,
        webhookTwice = 0.3,
    };

    private static readonly Dictionary<string, string[]> Targets = new()
    {
        ["dapr"] = ["payments", "payments/daprd", "payment-provider"],
        ["embedded"] = ["payments", "payment-provider"],
    };

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task Ledgers_agree_to_the_penny_whatever_the_provider_does_and_whoever_is_killed(string runtime)
    {
        await using var shop = new LiveShop
        {
            Settings = new Dictionary<string, string> { ["Saga__AnotherCardWithinMinutes"] = "1" },
        };
        await shop.StartAsync(runtime);
        var skus = await StockAsync(shop, 20);
        await shop.SetProviderFaultsAsync(EveryFault);
        var seed = Slice.Current.Seed($"payments, {runtime}");
        using var killing = new CancellationTokenSource();
        var kills = KillAsync(shop, Targets[runtime], killing.Token);
        var (left, placed) = (Orders, new ConcurrentBag<PlacedOrder>());
        await Task.WhenAll(
            Enumerable
                .Range(0, Customers)
                .Select(async number =>
                {
                    using var customer = shop.As("customer", $"payer-{number}");
                    var random = new Random(HashCode.Combine(seed, number));
                    while (Interlocked.Decrement(ref left) >= 0)
                        placed.Add(await PlaceAsync(customer, skus, random));
                })
        );
        await killing.CancelAsync();
        var killed = await kills;
        await shop.SetProviderFaultsAsync(new { });
        using var olga = await shop.AsAsync("operator", "olga");
        await Wait.UntilAsync(
            async () => await UnfinishedAsync(olga) == 0,
            "every order has been paid, declined for good or cancelled",
            timeout: TimeSpan.FromMinutes(10)
        );
        await shop.AuditAsync();

        var statuses = (await olga.GetFromJsonAsync<JsonElement>("ops/orders/summary"))
            .GetProperty("byStatus")
            .EnumerateObject()
            .ToDictionary(s => s.Name, s => s.Value.GetInt32());
        output.WriteLine(
            $"{runtime}: {string.Join(", ", statuses)}; "
                + $"{placed.Count(o => o.NamedAnotherCard)} named another card; killed: {string.Join(", ", killed)}"
        );
        statuses.Values.Sum().Should().Be(Orders, "no accepted order is lost");
        statuses.Keys.Should().BeSubsetOf(["confirmed", "cancelled", "rejected"]);
        killed.Should().Contain(Targets[runtime], "each of them is killed while payments are made");
        placed.Should().Contain(o => o.NamedAnotherCard, "a declined card can be replaced");
        foreach (var order in placed.Where(o => o.NamedAnotherCard))
            (await StatusAsync(olga, order.Id)).Should().BeOneOf(["confirmed", "rejected"], "order {0}", order.Id);
    }

    /// <summary>New items with stock that no test uses up. Returns their SKUs.</summary>
    internal static async Task<string[]> StockAsync(LiveShop shop, int items)
    {
        using var olga = await shop.AsAsync("operator", "olga");
        var skus = Enumerable.Range(0, items).Select(n => $"p{n:00}").ToArray();
        foreach (var sku in skus)
        {
            // Thirds of a penny: what is captured is rounded once per order.
            await SendUntilAnsweredAsync(olga, HttpMethod.Put, $"items/{sku}", new { name = sku, price = 3.335m });
            await SendUntilAnsweredAsync(
                olga,
                HttpMethod.Post,
                $"stock/{sku}/receipts",
                new { quantity = 1_000_000, reason = "opening" }
            );
        }

        return skus;
    }

    /// <summary>Kills the targets in turn until it is cancelled. Returns those that were killed.</summary>
    private static async Task<HashSet<string>> KillAsync(LiveShop shop, string[] targets, CancellationToken stop)
    {
        var killed = new HashSet<string>();
        for (var i = 0; !stop.IsCancellationRequested || killed.Count < targets.Length; i++)
        {
            await shop.KillAndReplaceAsync(targets[i % targets.Length]);
            killed.Add(targets[i % targets.Length]);
            await shop.WaitUntilReadyAsync();
        }

        return killed;
    }

    private static async Task<PlacedOrder> PlaceAsync(HttpClient customer, string[] skus, Random random)
    {
        var isDeclined = random.Next(DeclinedIn) == 0;
        var id = (
            await SendUntilAnsweredAsync(
                customer,
                HttpMethod.Post,
                "orders",
                new
                {
                    lines = new[] { new { sku = skus[random.Next(skus.Length)], quantity = random.Next(1, 4) } },
                    payment = new { token = isDeclined ? "tok_declined" : "tok_ok" },
                }
            )
        )
            .GetProperty("id")
            .GetGuid();
        if (isDeclined && random.Next(2) == 0)
            return new PlacedOrder(id, await NameAnotherCardAsync(customer, id));
        if (random.Next(CancelledIn) == 0)
            await SendUntilAnsweredAsync(customer, HttpMethod.Post, $"orders/{id}/cancel", new { }, mayRefuse: true);
        return new PlacedOrder(id, false);
    }

    /// <summary>Waits until the first card is declined, and names another one. False where the order ended first.</summary>
    private static async Task<bool> NameAnotherCardAsync(HttpClient customer, Guid id)
    {
        string? status = null;
        await Wait.UntilAsync(
            async () => (status = await StatusAsync(customer, id)) is "awaiting_payment" or "rejected",
            $"the card of order {id} is declined"
        );
        if (status == "rejected")
            return false;
        var answer = await SendUntilAnsweredAsync(
            customer,
            HttpMethod.Post,
            $"orders/{id}/payment",
            new { paymentToken = "tok_ok" },
            mayRefuse: true
        );
        return !answer.TryGetProperty("type", out _);
    }

    /// <summary>Null while the shop does not answer.</summary>
    internal static async Task<string?> StatusAsync(HttpClient client, Guid id) =>
        (await GetOrNullAsync(client, $"orders/{id}"))?.GetProperty("status").GetString();

    private static async Task<int> UnfinishedAsync(HttpClient olga) =>
        await GetOrNullAsync(olga, "ops/orders/summary") is { } summary
            ? summary
                .GetProperty("byStatus")
                .EnumerateObject()
                .Where(s => s.Name is not ("confirmed" or "cancelled" or "rejected"))
                .Sum(s => s.Value.GetInt32())
            : int.MaxValue;

    private sealed record PlacedOrder(Guid Id, bool NamedAnotherCard);
}
