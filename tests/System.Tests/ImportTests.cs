using System.Net;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>An import in a shop that others use.</summary>
[Collection("one shop at a time")]
public sealed class ImportTests
{
    [Fact]
    public async Task A_repeated_import_compares_its_own_orders_and_waits_for_them_only()
    {
        await using var shop = await OfAsync("embedded", null, null);
        string[] import = ["import", "sample", "--json"];
        Import.IsComplete(await shop.Shop.TryAsync(import), 100, "the shop was empty");

        // Others receive, order and ship an SKU of the import, and another one.
        const string imported = "SAMPLE-01";
        var mug = await shop.CreateItemAsync(1_000);
        (
            await SendAsync(
                shop.Olga,
                HttpMethod.Post,
                $"stock/{imported}/receipts",
                new { quantity = 7, reason = "a delivery" }
            )
        ).EnsureSuccessStatusCode();
        for (var i = 0; i < 50; i++)
        {
            using var order = await OrderAsync(shop.Bob, i < 3 ? imported : mug);
            order.StatusCode.Should().Be(HttpStatusCode.Accepted);
        }

        var shipped = await IdAsync(await OrderAsync(shop.Alice, imported));
        await WaitForStatusAsync(shop.Alice, shipped, "confirmed");
        (await SendAsync(shop.Olga, HttpMethod.Post, "shipments", new { orderId = shipped })).EnsureSuccessStatusCode();
        Import.IsComplete(await shop.Shop.TryAsync(import), 100, "50 other orders were placed");

        // An order that is in the backlog as long as the saga is paused.
        (
            await SendAsync(shop.Olga, HttpMethod.Put, "ops/saga", new { batchSize = 200, slots = 0 })
        ).EnsureSuccessStatusCode();
        (await OrderAsync(shop.Alice, mug)).EnsureSuccessStatusCode();
        Import.IsComplete(await shop.Shop.TryAsync(import), 100, "another order waits");
        (
            await SendAsync(shop.Olga, HttpMethod.Put, "ops/saga", new { batchSize = 200, slots = 4 })
        ).EnsureSuccessStatusCode();
        await shop.Shop.AuditAsync();
    }
}
