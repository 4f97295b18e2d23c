using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>References and keys that are an order's id, through the database.</summary>
public sealed class ReferenceTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Fact]
    public async Task S5_Nothing_is_booked_under_the_id_of_an_order_that_Inventory_has_decided_before()
    {
        var sku = await _api.StockedAsync(("main", 5));
        var order = $"{(await _api.ReserveAsync((sku, 2))).OrderId}";
        var lines = new[] { new { sku, quantity = 1 } };
        foreach (
            var (path, key, body) in new (string, string, object)[]
            {
                ("stock/returns", Api.New(), new { reference = order, lines }),
                ($"stock/{sku}/receipts", order, new { quantity = 1, reason = "r" }),
                ("inbounds", Api.New(), new { reference = order, lines }),
            }
        )
        {
            var reply = await _api.SendAsync("POST", path, body, key);
            (reply.Status, reply.Kind).Should().Be((409, "reference-of-an-order"), path);
        }

        (await fixture.Database.NumberAsync($"select on_hand from levels where sku = '{sku}'")).Should().Be(5);
    }
}
