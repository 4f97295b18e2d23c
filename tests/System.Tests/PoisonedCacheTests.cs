using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>The cache never decides whether an order gets stock.</summary>
public sealed class PoisonedCacheTests(SharedShop shops) : SharedShopTest(shops), IAsyncLifetime
{
    private ShopFixture _shop = null!;

    public async ValueTask InitializeAsync() => _shop = await ShopAsync();

    private static readonly Uri State = new("http://127.0.0.1:3502/v1.0/state/cache");

    [Fact]
    public async Task G05_A_hundred_orders_for_ten_units_sell_ten_although_the_cache_claims_a_million()
    {
        var sku = await _shop.CreateItemAsync(10);
        var level = new
        {
            location = "main",
            sequence = 1_000_000_000,
            onHand = 1_000_000,
        };
        using var sidecar = new HttpClient();
        await Wait.UntilAsync(
            async () =>
            {
                // An entry older than a second is ignored, and a store that was slow once is not used for some seconds.
                var wrong = new
                {
                    sku,
                    name = "Mug",
                    price = 4.25m,
                    stocked = true,
                    levels = new[] { level },
                    readAt = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                };
                (
                    await sidecar.PostAsJsonAsync(State, new[] { new { key = $"stock/{sku}", value = wrong } })
                ).EnsureSuccessStatusCode();
                return await StockAsync(sku) == (1_000_000, "store");
            },
            "reads return the wrong level"
        );

        var orders = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(async _ => await IdAsync(await OrderAsync(_shop.Alice, sku)))
        );
        var statuses = await Task.WhenAll(
            orders.Select(async id =>
                (await WaitForStatusAsync(_shop.Alice, id, "confirmed", "rejected")).GetProperty("status").GetString()
            )
        );

        statuses.Count(s => s == "confirmed").Should().Be(10);
        await Wait.UntilAsync(async () => (await StockAsync(sku)).Available == 0, "reads return the right level again");
    }

    private async Task<(long Available, string Layer)> StockAsync(string sku)
    {
        var stock = await _shop.Alice.GetFromJsonAsync<JsonElement>($"stock/{sku}");
        return (
            stock.GetProperty("total").GetProperty("available").GetInt64(),
            stock.GetProperty("freshness").GetProperty("layer").GetString()!
        );
    }
}
