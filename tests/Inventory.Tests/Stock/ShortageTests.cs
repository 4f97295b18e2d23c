using DaprShop.Contracts;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>What Inventory does where stock does not cover an order, as the order wishes.</summary>
public sealed class ShortageTests
{
    [Fact]
    public async Task G16_An_order_that_must_ask_its_customer_reserves_nothing_and_is_decided_anew_by_the_next_request()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 2);
        var order = Order(3, ShortagePolicy.Ask);
        var asked = await db.ReserveAsync(order);
        (asked.State, asked.Shortages.Single()).Should().Be((ReservationState.Undecided, new Shortage("cup", 3, 2)));
        (await db.NumberAsync("select allocated + (select count(*) from reservations) from levels")).Should().Be(0);

        await db.ReceiveAsync("cup", 1);
        (await db.ReserveAsync(order)).State.Should().Be(ReservationState.Allocated);
        (await db.NumberAsync("select allocated from levels")).Should().Be(3);
    }

    [Fact]
    public async Task G16_An_order_that_accepts_fewer_units_gets_the_available_ones_and_so_does_its_repetition()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "tea");
        await db.ReceiveAsync("cup", 2);
        var order = new ReserveOrder(
            Guid.CreateVersion7(),
            [new("cup", 1), new("cup", 2), new("tea", 1)],
            OnShortage: ShortagePolicy.Partial
        );
        var first = await db.ReserveAsync(order);
        await db.ReceiveAsync("cup", 5);
        var again = await db.ReserveAsync(order);
        first.State.Should().Be(ReservationState.Allocated);
        first.Shortages.Should().BeEquivalentTo([new Shortage("cup", 3, 2), new Shortage("tea", 1, 0)]);
        again.Should().BeEquivalentTo(first);
        (await db.NumberAsync("select sum(allocated)::bigint from levels")).Should().Be(2);
    }

    [Fact]
    public async Task G16_Without_available_units_nothing_is_reserved()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        (await db.ReserveAsync(Order(3, ShortagePolicy.Partial))).State.Should().Be(ReservationState.OutOfStock);
    }

    private static ReserveOrder Order(int quantity, ShortagePolicy policy) =>
        new(Guid.CreateVersion7(), [new("cup", quantity)], OnShortage: policy);
}
