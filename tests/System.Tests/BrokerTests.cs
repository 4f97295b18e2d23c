using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>The shop behaves the same on each broker and each store, without rebuilding a service.</summary>
[Collection("one shop at a time")]
public sealed class BrokerTests
{
    private const int Imported = 300;

    /// <summary>
    /// The embedded runtime, and on Dapr each broker and each store every day; the pairs change from day to day.
    /// </summary>
    public static TheoryData<string, string?, string?> Combinations
    {
        get
        {
            string[] brokers = ["redis", "rabbitmq", "kafka"];
            string[] stores = ["redis", "postgres"];
            var data = new TheoryData<string, string?, string?> { { "embedded", null, null } };
            for (var broker = 0; broker < brokers.Length; broker++)
            for (var store = 0; store < stores.Length; store++)
                if (Slice.Current.IsFull || (broker + store + Slice.Current.Day) % stores.Length == 0)
                    data.Add("dapr", brokers[broker], stores[store]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task The_shop_works_on_each_runtime_broker_and_store(string runtime, string? broker, string? store)
    {
        if (!Slice.Current.IsFull)
            Slice.Current.Say("brokers", $"{runtime} {broker} {store}");
        await using var fixture = await ShopFixture.OfAsync(runtime, broker, store);

        await OrderIsConfirmedAsync(fixture);
        await OrderIsCancelledAsync(fixture);
        await ShortOrderIsRejectedAsync(fixture);
        await BackorderIsFilledAsync(fixture);
        await CustomerDecidesAsync(fixture);
        await OrderIsShippedAndReturnedAsync(fixture);
        await ImportIsReconciledAsync(fixture.Shop);
        await fixture.Shop.AuditAsync();
        (await EventContract.VerifyAsync(fixture.Shop.Gateway))
            .Keys.Should()
            .Contain([
                "order.accepted.v1",
                "order.status_changed.v1",
                "stock.moved.v1",
                "stock.refused.v1",
                "backorder.filled.v1",
                "payment.recorded.v1",
            ]);
    }

    [Fact]
    public async Task Switching_broker_and_store_and_back_keeps_every_order_and_timeline()
    {
        await using var fixture = await ShopFixture.OfAsync("dapr", "redis", "redis");
        var before = await OrderIsConfirmedAsync(fixture);

        await fixture.Shop.RunAsync("down");
        await fixture.Shop.StartAsync("dapr", "rabbitmq", "postgres");
        await OrderIsConfirmedAsync(fixture);
        (await TimelineAsync(fixture, before)).Should().Equal("accepted", "reserved", "paid", "confirmed");

        await fixture.Shop.RunAsync("down");
        await fixture.Shop.RunAsync("up", "--detach");
        await OrderIsConfirmedAsync(fixture);
        await fixture.Shop.AuditAsync();
    }

    private static async Task<Guid> OrderIsConfirmedAsync(ShopFixture shop)
    {
        var id = await IdAsync(await OrderAsync(shop.Alice, await shop.CreateItemAsync(5), 2));
        await WaitForStatusAsync(shop.Alice, id, "confirmed");
        List<string?> path = [];
        await Wait.UntilAsync(
            async () => (path = await TimelineAsync(shop, id)).Count == 4,
            "the timeline is complete"
        );
        path.Should().Equal("accepted", "reserved", "paid", "confirmed");
        return id;
    }

    private static async Task OrderIsShippedAndReturnedAsync(ShopFixture shop)
    {
        var sku = await shop.CreateItemAsync(5);
        var id = await IdAsync(await OrderAsync(shop.Alice, sku, 3));
        await WaitForStatusAsync(shop.Alice, id, "confirmed");
        var part = await IdAsync(
            await SendAsync(
                shop.Olga,
                HttpMethod.Post,
                "shipments",
                new { orderId = id, lines = new[] { new { sku, quantity = 1 } } }
            )
        );
        (await SendAsync(shop.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }))
            .StatusCode.Should()
            .Be(HttpStatusCode.Conflict);
        var rest = await IdAsync(await SendAsync(shop.Olga, HttpMethod.Post, "shipments", new { orderId = id }));
        foreach (var shipment in new[] { part, rest })
            (
                await SendAsync(shop.Olga, HttpMethod.Post, $"shipments/{shipment}/delivery", new { })
            ).EnsureSuccessStatusCode();
        await WaitForStatusAsync(shop.Alice, id, "delivered");

        var asked = await SendAsync(
            shop.Alice,
            HttpMethod.Post,
            $"orders/{id}/returns",
            new { lines = new[] { new { sku, quantity = 2 } }, reason = "broken" }
        );
        var back = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        (
            await SendAsync(
                shop.Olga,
                HttpMethod.Post,
                $"returns/{back}/decision",
                new
                {
                    lines = new[]
                    {
                        new
                        {
                            sku,
                            quantity = 1,
                            disposition = "restock",
                        },
                        new
                        {
                            sku,
                            quantity = 1,
                            disposition = "damaged",
                        },
                    },
                }
            )
        ).EnsureSuccessStatusCode();
        await Wait.UntilAsync(
            async () => await shop.AvailableAsync(sku) == 3,
            "the restocked unit is available again, the damaged one is not"
        );
        await Wait.UntilAsync(
            async () =>
                (await shop.Alice.GetFromJsonAsync<JsonElement>($"orders/{id}/returns"))[0]
                    .GetProperty("state")
                    .GetString() == "settled",
            "the return is settled"
        );
    }

    private static async Task OrderIsCancelledAsync(ShopFixture shop)
    {
        var sku = await shop.CreateItemAsync(5);
        var id = await IdAsync(await OrderAsync(shop.Alice, sku, 3));
        await WaitForStatusAsync(shop.Alice, id, "confirmed");
        (await SendAsync(shop.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);
        await Wait.UntilAsync(async () => await shop.AvailableAsync(sku) == 5, "the stock is returned");
    }

    private static async Task ShortOrderIsRejectedAsync(ShopFixture shop)
    {
        var sku = await shop.CreateItemAsync(1);
        await WaitForStatusAsync(shop.Alice, await IdAsync(await OrderAsync(shop.Alice, sku, 2)), "rejected");
        (await shop.AvailableAsync(sku)).Should().Be(1);
    }

    private static async Task BackorderIsFilledAsync(ShopFixture shop)
    {
        var sku = await shop.CreateItemAsync(1);
        (
            await SendAsync(
                shop.Olga,
                HttpMethod.Patch,
                $"items/{sku}",
                new
                {
                    name = "Mug",
                    price = 4,
                    backorderLimit = 3,
                }
            )
        ).EnsureSuccessStatusCode();
        var id = await IdAsync(await PlaceShortOrderAsync(shop, sku, "backorder"));
        await WaitForStatusAsync(shop.Alice, id, "backordered");
        (
            await SendAsync(shop.Olga, HttpMethod.Post, $"stock/{sku}/receipts", new { quantity = 3, reason = "truck" })
        ).EnsureSuccessStatusCode();
        await WaitForStatusAsync(shop.Alice, id, "confirmed");
        await Wait.UntilAsync(
            async () => await shop.AvailableAsync(sku) == 1,
            "the unit without a backorder is available"
        );
    }

    private static async Task CustomerDecidesAsync(ShopFixture shop)
    {
        var sku = await shop.CreateItemAsync(2);
        var id = await IdAsync(await PlaceShortOrderAsync(shop, sku, "ask"));
        await WaitForStatusAsync(shop.Alice, id, "awaiting_customer");
        (
            await SendAsync(shop.Alice, HttpMethod.Post, $"orders/{id}/decision", new { choice = "take" })
        ).EnsureSuccessStatusCode();
        (await WaitForStatusAsync(shop.Alice, id, "confirmed"))
            .GetProperty("total")
            .GetDecimal()
            .Should()
            .Be(2 * 4.25m);
    }

    private static Task<HttpResponseMessage> PlaceShortOrderAsync(ShopFixture shop, string sku, string onShortage) =>
        SendAsync(
            shop.Alice,
            HttpMethod.Post,
            "orders",
            new
            {
                lines = new[] { new { sku, quantity = 3 } },
                payment = new { token = "tok_ok" },
                onShortage,
            }
        );

    private static async Task ImportIsReconciledAsync(LiveShop shop)
    {
        var output = await shop.RunAsync(
            "import",
            RetailFile.Write(shop.PathOf("retail.csv"), Imported),
            "--opening",
            "exact",
            "--json"
        );
        using var result = JsonDocument.Parse(output);
        result.RootElement.GetProperty("confirmed").GetInt32().Should().Be(Imported);
        result.RootElement.GetProperty("reconciled").GetBoolean().Should().BeTrue();
    }

    /// <summary>
    /// History receives the events of an order after the customer got the response: until then the timeline is empty.
    /// </summary>
    private static async Task<List<string?>> TimelineAsync(ShopFixture shop, Guid id)
    {
        using var answer = await shop.Alice.GetAsync($"orders/{id}/timeline");
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return [];
        var timeline = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return
        [
            .. timeline
                .GetProperty("entries")
                .EnumerateArray()
                .Select(e => e.GetProperty("to").GetString())
                .Where(to => to is not null),
        ];
    }
}
