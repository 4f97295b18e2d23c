using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>For each cause of an order that does not progress, the first finding of the diagnosis names it.</summary>
public sealed class WhyTests(SharedShop shops) : SharedShopTest(shops)
{
    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task N8_The_first_finding_names_the_true_cause(string runtime)
    {
        var shop = await ShopAsync(runtime);
        var (alice, olga) = (shop.Alice, shop.Olga);

        var unpaid = await OrderedAsync(shop, await shop.CreateItemAsync(5), "tok_late");
        await IsAsync(alice, unpaid, "payment-unanswered");

        var sku = await shop.CreateItemAsync(0);
        (
            await SendAsync(
                olga,
                HttpMethod.Patch,
                $"items/{sku}",
                new
                {
                    name = "Mug",
                    price = 4,
                    backorderLimit = 9,
                }
            )
        ).EnsureSuccessStatusCode();
        var waiting = await OrderedAsync(shop, sku, onShortage: "backorder");
        (await IsAsync(alice, waiting, "waiting-for-stock")).Should().Contain("position 1 in the queue");

        var asked = await OrderedAsync(shop, await shop.CreateItemAsync(1), onShortage: "ask");
        await IsAsync(alice, asked, "waiting-for-customer");

        (
            await SendAsync(olga, HttpMethod.Put, "ops/saga", new { batchSize = 200, slots = 0 })
        ).EnsureSuccessStatusCode();
        var paused = await OrderedAsync(shop, await shop.CreateItemAsync(5));
        await IsAsync(alice, paused, "saga-paused");
        (
            await SendAsync(olga, HttpMethod.Put, "ops/saga", new { batchSize = 200, slots = 4 })
        ).EnsureSuccessStatusCode();
        await IsAsync(alice, paused, "finished");

        var stocked = await shop.CreateItemAsync(5);
        var pid = await shop.Shop.PidAsync("payments");
        Signal("-STOP", pid);
        try
        {
            await IsAsync(alice, await OrderedAsync(shop, stocked), "service-unavailable");
        }
        finally
        {
            Signal("-CONT", pid);
        }

        await shop.Shop.CompletePaymentAsync(unpaid);
        await IsAsync(alice, unpaid, "finished");
        (await SendAsync(alice, HttpMethod.Post, $"orders/{waiting}/cancel", new { })).EnsureSuccessStatusCode();
        (
            await SendAsync(alice, HttpMethod.Post, $"orders/{asked}/decision", new { choice = "take" })
        ).EnsureSuccessStatusCode();
        foreach (var order in new[] { waiting, asked })
            await IsAsync(alice, order, "finished");

        (
            await SendAsync(
                alice,
                HttpMethod.Post,
                "orders",
                new { lines = new[] { new { sku = stocked, quantity = 1 } }, payment = new { token = "tok_ok" } }
            )
        ).EnsureSuccessStatusCode();
        await shop.Shop.AuditAsync();
    }

    private static async Task<Guid> OrderedAsync(
        ShopFixture shop,
        string sku,
        string token = "tok_ok",
        string onShortage = "reject"
    ) =>
        await IdAsync(
            await SendAsync(
                shop.Alice,
                HttpMethod.Post,
                "orders",
                new
                {
                    lines = new[] { new { sku, quantity = 2 } },
                    payment = new { token },
                    onShortage,
                }
            )
        );

    private static async Task<string> IsAsync(HttpClient client, Guid order, string code)
    {
        JsonElement first = default;
        await Wait.UntilAsync(
            async () =>
            {
                if (await GetOrNullAsync(client, $"orders/{order}/why") is not { } why)
                    return false;
                first = why.GetProperty("findings")[0];
                return first.GetProperty("code").GetString() == code;
            },
            $"the cause is {code}"
        );
        return first.GetProperty("text").GetString()!;
    }

    private static void Signal(string signal, int pid)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [signal, $"{pid}"]);
        kill.WaitForExit();
    }
}
