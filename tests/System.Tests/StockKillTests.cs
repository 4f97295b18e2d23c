using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Backorders, holds and offers end as usual although a process is killed.</summary>
public sealed class StockKillTests(SharedShop shops) : SharedShopTest(shops)
{
    private const int Waiting = 8;
    private static readonly int Kills = Slice.Current.Size("STOCK_KILLS", part: 2, full: 4);
    private static readonly Dictionary<string, string[]> Targets = new()
    {
        ["dapr"] = ["inventory", "redis", "inventory/daprd", "postgres", "orders"],
        ["embedded"] = ["inventory", "embedded", "postgres"],
    };

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task A_killed_process_changes_no_outcome_of_backorders_holds_and_offers(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        foreach (var target in Slice.Current.Of($"stock kills, {runtime}", Targets[runtime], 2))
            await SurvivesKillAsync(fixture, target);
        await fixture.Shop.AuditAsync();
    }

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task Every_confirmed_receipt_is_stored_once_while_Inventory_is_killed_repeatedly(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        var (shop, olga, sku) = (fixture.Shop, fixture.Olga, await fixture.CreateItemAsync(0));
        var (killing, received) = (true, 0);
        var clerks = Enumerable
            .Range(0, 16)
            .Select(async _ =>
            {
                for (; Volatile.Read(ref killing); Interlocked.Increment(ref received))
                    await SendUntilAnsweredAsync(
                        olga,
                        HttpMethod.Post,
                        $"stock/{sku}/receipts",
                        new { quantity = 2, reason = "truck" }
                    );
            })
            .ToList();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var before = Volatile.Read(ref received);
            await Wait.UntilAsync(
                () => Task.FromResult(Volatile.Read(ref received) > before + 50 || clerks.Any(c => c.IsFaulted)),
                "receipts are confirmed"
            );
            await shop.KillAsync("inventory");
            await shop.WaitUntilReadyAsync();
        }

        Volatile.Write(ref killing, false);
        await Task.WhenAll(clerks);
        await WaitForAvailableAsync(olga, sku, 2 * received, "each confirmed receipt is stored once");
        await shop.AuditAsync();
    }

    private static async Task SurvivesKillAsync(ShopFixture fixture, string target)
    {
        var (shop, alice, olga) = (fixture.Shop, fixture.Alice, fixture.Olga);
        await shop.WaitUntilReadyAsync();
        var (wanted, held, lined) = (
            await fixture.CreateItemAsync(0),
            await fixture.CreateItemAsync(5),
            await fixture.CreateItemAsync(0)
        );
        (
            await SendAsync(
                olga,
                HttpMethod.Patch,
                $"items/{wanted}",
                new
                {
                    name = "Mug",
                    price = 4,
                    backorderLimit = Waiting,
                }
            )
        ).EnsureSuccessStatusCode();
        var waiting = await Task.WhenAll(
            Enumerable
                .Range(0, Waiting)
                .Select(async _ => await IdAsync(await OrderedAsync(alice, wanted, 1, "backorder")))
        );
        foreach (var id in waiting)
            await WaitForStatusAsync(alice, id, "backordered");
        var hold = (
            await SendUntilAnsweredAsync(
                alice,
                HttpMethod.Post,
                "holds",
                new { lines = new[] { new { sku = held, quantity = 3 } } }
            )
        )
            .GetProperty("id")
            .GetGuid();
        await SendUntilAnsweredAsync(alice, HttpMethod.Post, $"waitlist/{lined}", new { quantity = 1 });

        var pid = await shop.PidAsync(target);
        var receipts = Enumerable
            .Range(0, Waiting / 2)
            .Select(_ =>
                SendUntilAnsweredAsync(
                    olga,
                    HttpMethod.Post,
                    $"stock/{wanted}/receipts",
                    new { quantity = 2, reason = "truck" }
                )
            )
            .ToList();
        if (target == "redis")
            shop.Wipe(target);
        LiveShop.Kill(pid);
        await Task.WhenAll(receipts);
        await SendUntilAnsweredAsync(
            olga,
            HttpMethod.Post,
            $"stock/{lined}/receipts",
            new { quantity = 1, reason = "truck" }
        );
        var withHold = (
            await SendUntilAnsweredAsync(
                alice,
                HttpMethod.Post,
                "orders",
                new
                {
                    lines = new[] { new { sku = held, quantity = 3 } },
                    payment = new { token = "tok_ok" },
                    hold,
                }
            )
        ).GetProperty("id").GetGuid();
        var offer = await OfferAsync(alice, lined);
        var taken = (
            await SendUntilAnsweredAsync(
                alice,
                HttpMethod.Post,
                $"waitlist/offers/{offer}/accept",
                new { payment = new { token = "tok_ok" } }
            )
        )
            .GetProperty("id")
            .GetGuid();

        foreach (var id in waiting.Append(withHold).Append(taken))
            await ConfirmedAsync(alice, id, target);
        foreach (var (sku, left) in new[] { (wanted, 0), (held, 2), (lined, 0) })
            await WaitForAvailableAsync(olga, sku, left, $"after {target} was killed");
    }

    private static Task<HttpResponseMessage> OrderedAsync(
        HttpClient client,
        string sku,
        int quantity,
        string onShortage
    ) =>
        SendAsync(
            client,
            HttpMethod.Post,
            "orders",
            new
            {
                lines = new[] { new { sku, quantity } },
                payment = new { token = "tok_ok" },
                onShortage,
            }
        );

    private static async Task<string> OfferAsync(HttpClient client, string sku)
    {
        string? offer = null;
        await Wait.UntilAsync(
            async () =>
            {
                offer = (await GetOrNullAsync(client, "waitlist/offers"))
                    ?.GetProperty("items")
                    .EnumerateArray()
                    .Where(o => o.GetProperty("sku").GetString() == sku)
                    .Select(o => o.GetProperty("id").GetString())
                    .SingleOrDefault();
                return offer is not null;
            },
            "the customer in line has the offer"
        );
        return offer!;
    }

    private static Task ConfirmedAsync(HttpClient client, Guid id, string target) =>
        Wait.UntilAsync(
            async () =>
                (await GetOrNullAsync(client, $"orders/{id}"))?.GetProperty("status").GetString() == "confirmed",
            $"order {id} is confirmed after {target} was killed"
        );
}
