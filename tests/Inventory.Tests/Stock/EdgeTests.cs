using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Events that are published when stock crosses a threshold.</summary>
public sealed class EdgeTests
{
    [Fact]
    public async Task G17_Low_stock_is_published_once_per_crossing_of_the_threshold_and_not_while_no_unit_is_sold()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "low_stock_at = 5");
        await db.ReceiveAsync("cup", 10);
        var order = await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 4));
        (await PublishedAsync(db, "stock.low.v1")).Should().Be(0, "six are left");
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1));
        (await PublishedAsync(db, "stock.low.v1")).Should().Be(1, "five are left");
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1));
        await db.RunAsync<CommandOutcome>(new ShipCommand("ship", [1], order.OrderId, null, "saga"));
        (await PublishedAsync(db, "stock.low.v1")).Should().Be(1, "shipped units do not change the available ones");
        await db.ReceiveAsync("cup", 10);
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 12));
        (await PublishedAsync(db, "stock.low.v1")).Should().Be(2);
        (
            await db.NumberAsync(
                """
                select (data->>'threshold')::bigint * 100 + (data->>'available')::bigint from events
                where type = 'stock.low.v1' order by position limit 1
                """
            )
        ).Should().Be(505);
    }

    [Fact]
    public async Task G17_Back_in_stock_is_published_for_the_first_available_unit_and_not_for_those_that_follow()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "backorder_limit = 5");
        await db.ReceiveAsync("cup", 2);
        (await PublishedAsync(db, "stock.back_in_stock.v1")).Should().Be(1);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await db.ReserveAsync(first, ("cup", 1));
        await db.ReserveAsync(second, ("cup", 1));
        await db.ReserveAsync(InventoryDatabase.Waiting("cup", 3));
        await db.ReceiveAsync("cup", 3);
        (await PublishedAsync(db, "stock.back_in_stock.v1")).Should().Be(1, "the units filled backorders");
        await db.ReleaseAsync(first);
        (await PublishedAsync(db, "stock.back_in_stock.v1")).Should().Be(2);
        await db.ReleaseAsync(second);
        (await PublishedAsync(db, "stock.back_in_stock.v1")).Should().Be(2);
    }

    private static Task<long> PublishedAsync(InventoryDatabase db, string type) =>
        db.NumberAsync($"select count(*) from events where type = '{type}' and subject = 'cup'");
}
