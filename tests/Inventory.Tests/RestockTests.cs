using DaprShop.Contracts;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Tests;

/// <summary>What leaves or comes back does so once.</summary>
public sealed class RestockTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G25_An_order_that_is_shipped_and_released_at_once_leaves_or_comes_back_and_never_both(bool shipFirst)
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 2));
        Func<Task> ship = () => db.RunAsync<Answer>(new Ship("ship", [1], order, null, "saga"));
        Func<Task> release = () => db.ReleaseAsync(order);

        await db.MeetAsync("select * from levels for update", shipFirst ? ship : release, shipFirst ? release : ship);

        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
        (await db.NumberAsync("select on_hand from levels")).Should().Be(shipFirst ? 3 : 5);
        (await db.NumberAsync("select count(*) from movements where kind in ('shipped', 'released')")).Should().Be(1);
    }

    [Fact]
    public async Task G25_An_order_of_which_a_part_has_left_gives_back_the_rest_once()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 4));
        await db.RunAsync<Answer>(new Ship("ship", [1], order, [new ShippedUnits("cup", "main", 3)], "saga"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => db.ReleaseAsync(order))));
        (await db.NumberAsync("select on_hand * 10 + allocated from levels")).Should().Be(20);
        (await db.RunAsync<Answer>(new Ship("late", [1], order, null, "saga"))).Refusal!.Kind.Should().Be(RefusalKind.NotFound);
    }
}
