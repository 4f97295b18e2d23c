using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>An order's claims, as Inventory returns them to explain its state.</summary>
public sealed class GetOrderClaimsTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task N8_Shipped_or_released_units_are_not_reported_as_allocated()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "tea");
        await using var service = new ServiceHost<Program>(db.Names.App);
        foreach (var sku in (string[])["cup", "tea"])
            await db.ReceiveAsync(sku, 9);
        var (leaves, ends) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var order in (Guid[])[leaves, ends])
            await db.ReserveAsync(order, ("cup", 3), ("tea", 1));

        await db.RunAsync<CommandOutcome>(
            new ShipCommand("ship", [1], leaves, [new ShippedUnits("cup", 2), new ShippedUnits("tea", 1)], "saga")
        );
        await db.ReleaseAsync(ends);

        (await ClaimsAsync(leaves, service)).Allocations.Should().Equal(new AllocatedUnits("cup", "main", 1));
        (await ClaimsAsync(ends, service))
            .Should()
            .BeEquivalentTo(new { State = "released", Allocations = Array.Empty<AllocatedUnits>() });
    }

    [Fact]
    public async Task N8_The_position_counts_the_open_backorders_of_the_same_SKU()
    {
        await fixture.Database.SetAsync("cup", "backorder_limit = 100");
        await fixture.Database.SetAsync("delivery", "backorder_limit = 100, stocked = true");
        await fixture.Database.ReserveAsync(InventoryDatabase.Waiting("delivery", 1));
        var orders = Enumerable.Range(1, 3).Select(number => InventoryDatabase.Waiting("cup", 2, number)).ToList();
        foreach (var order in orders)
            await fixture.Database.ReserveAsync(order);
        await fixture.Database.ReceiveAsync("cup", 3);

        (await ClaimsAsync(orders[0].OrderId)).Backorders.Should().BeEmpty("it has what it waited for");
        (await ClaimsAsync(orders[1].OrderId)).Backorders.Should().Equal(new BackorderPosition("cup", 1, 1, null));
        (await ClaimsAsync(orders[2].OrderId)).Backorders.Should().Equal(new BackorderPosition("cup", 2, 2, null));
        (await ClaimsAsync(orders[0].OrderId)).Allocations.Should().Equal(new AllocatedUnits("cup", "main", 2));
    }

    [Fact]
    public async Task S7_A_promise_that_has_passed_is_not_shown_and_is_renewed_by_the_reviewer()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "backorder_limit = 100");
        var order = InventoryDatabase.Waiting("cup", 2);
        await db.ReserveAsync(order);
        await using var service = new ServiceHost<Program>(db.Names.App);
        (await ClaimsAsync(order.OrderId, service)).Backorders.Should().ContainSingle();
        const string late = "update backorders set promised_at = now() - interval '1 hour'";
        await Sql.ScalarAsync<object>(db.Names.App, late);

        (await ClaimsAsync(order.OrderId, service)).Backorders.Should().Equal(new BackorderPosition("cup", 2, 1, null));

        await using var other = new ServiceHost<Program>(db.Names.App);
        await ClaimsAsync(order.OrderId, other);
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select count(promised_at) from backorders") == 0,
            "the promise is renewed"
        );
        (await db.NumberAsync("select count(*) from events where type = 'backorder.promised.v1'")).Should().Be(1);
    }

    [Fact]
    public async Task N8_An_order_that_Inventory_was_never_asked_for_has_no_claims()
    {
        var none = await ClaimsAsync(Guid.CreateVersion7());
        (none.State, none.Allocations.Count, none.Backorders.Count).Should().Be((null, 0, 0));
    }

    private async Task<OrderClaims> ClaimsAsync(Guid order, ServiceHost<Program>? service = null) =>
        (
            await (service ?? fixture.Service)
                .CreateClient()
                .GetFromJsonAsync<OrderClaims>($"internal/orders/{order}/claims")
        )!;
}
