using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Units are shipped once, and returned once.</summary>
public sealed class RestockTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G25_Of_a_concurrent_shipment_and_release_of_an_order_exactly_one_takes_effect(bool shipFirst)
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 2));
        Func<Task> ship = () => db.RunAsync<CommandOutcome>(new ShipCommand("ship", [1], order, null, "saga"));
        Func<Task> release = () => db.ReleaseAsync(order);

        await db.MeetAsync("select * from items for update", shipFirst ? ship : release, shipFirst ? release : ship);

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
        await db.RunAsync<CommandOutcome>(
            new ShipCommand("ship", [1], order, [new ShippedUnits("cup", 3, "main")], "saga")
        );
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => db.ReleaseAsync(order))));
        (await db.NumberAsync("select on_hand * 10 + allocated from levels")).Should().Be(20);
        (await db.RunAsync<CommandOutcome>(new ShipCommand("late", [1], order, null, "saga")))
            .Body.Should()
            .Contain("No stock is allocated");
    }

    [Fact]
    public async Task G25_A_refused_shipment_is_refused_again_when_the_request_is_repeated_later()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 4));
        var tooMany = new ShipCommand("ship", [1], order, [new ShippedUnits("cup", 5)], "saga");
        var refused = await db.RunAsync<CommandOutcome>(tooMany);
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1));
        var again = await db.RunAsync<CommandOutcome>(tooMany);
        (
            again.Body,
            again.Replayed,
            refused.Body.Contains("Only 4 of the requested units of ", StringComparison.Ordinal)
        )
            .Should()
            .Be((refused.Body, true, true));
        (await db.NumberAsync("select on_hand from levels")).Should().Be(5);
    }

    [Fact]
    public async Task Units_leave_from_the_place_that_is_named_and_else_from_wherever_they_are_allocated()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 3);
        await db.RunAsync<CommandOutcome>(
            new BookCommand(
                "there",
                [1],
                MovementKind.Received,
                "there",
                "olga",
                "r",
                [new StockLine("cup", "north", 4)]
            )
        );
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 6));
        await db.RunAsync<CommandOutcome>(
            new ShipCommand(
                "first",
                [1],
                order,
                [new ShippedUnits("cup", 1), new ShippedUnits("cup", 1, "north")],
                "saga"
            )
        );
        await db.RunAsync<CommandOutcome>(new ShipCommand("rest", [1], order, [new ShippedUnits("cup", 4)], "saga"));
        (await db.NumberAsync("select sum(allocated)::bigint from levels")).Should().Be(0);
        (await db.NumberAsync("select sum(on_hand)::bigint from levels")).Should().Be(1);
    }

    [Fact]
    public async Task G31_Returned_units_are_restocked_withheld_or_discarded_once_as_decided()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 10);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 10));
        await db.RunAsync<CommandOutcome>(new ShipCommand("ship", [1], order, null, "saga"));

        var back = new ReturnCommand(
            "back",
            [1],
            order,
            1,
            [Units(4, Disposition.Restock), Units(2, Disposition.Damaged), Units(1, Disposition.Discard)],
            "olga"
        );
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => db.RunAsync<CommandOutcome>(back))));

        (await db.NumberAsync("select on_hand * 100 + unavailable * 10 + allocated from levels")).Should().Be(620);
        (await db.NumberAsync("select on_hand - unavailable - allocated - held from levels"))
            .Should()
            .Be(4, "damaged units are not for sale");
        (
            await TestKit.Sql.ScalarAsync<string>(
                db.Names.App,
                "select string_agg(kind || ' ' || quantity, ', ' order by sequence) from movements where sequence > 3"
            )
        )
            .Should()
            .Be("returned 7, withheld 2, adjusted -1");
        await db.RunAsync<CommandOutcome>(
            new ReturnCommand("more", [1], order, 2, [Units(1, Disposition.Restock)], "olga")
        );
        (await db.NumberAsync("select on_hand from levels")).Should().Be(7);

        static ReturnedUnits Units(int quantity, Disposition disposition) => new("cup", quantity, disposition, "main");
    }
}
