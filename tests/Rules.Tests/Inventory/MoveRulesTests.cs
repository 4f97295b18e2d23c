using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Moving what an order claims from one location to another, so that it can be shipped from there.</summary>
public sealed class MoveRulesTests
{
    private readonly Scene _scene = new();

    [Fact]
    public void An_order_whose_location_is_short_is_shipped_from_elsewhere()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        Order(1, 5);
        _scene.With("cup", "north", new(OnHand: 4));
        var count = new CountCommand(_scene.NewKey(), [1], "cup", "main", 2, null, true, "olga", "stocktake");
        _scene.Run<StockResponses.CountResponse>(count).Level.Short.Should().Be(3);
        Ship(1).Refused.Should().StartWith("Only 2 of 5 units of 'cup' are at 'main'");

        var moved = _scene.Run<StockResponses.BookingResponse>(Move(1, 3));

        moved.Cause.Should().Be(Scene.Id(1).ToString());
        moved
            .Levels.Select(l => (l.Location, l.Allocated, l.Available, l.Short))
            .Should()
            .Equal(("main", 2, 0, 0), ("north", 3, 1, 0));
        _scene
            .Movements.Should()
            .Equal((MovementKind.Reallocated, "cup", "main", -3), (MovementKind.Reallocated, "cup", "north", 3));
        Ship(1)
            .Lines.Should()
            .BeEquivalentTo([new AllocationPart("cup", "main", 2), new AllocationPart("cup", "north", 3)]);
        _scene.Tables.Levels.Values.Select(l => l.Quantities).Should().Equal(new Quantities(), new Quantities(1));
    }

    [Fact]
    public void A_move_is_one_event_with_both_levels()
    {
        _scene.With("cup", "main", new(OnHand: 2));
        Order(1, 2);
        _scene.With("cup", "north", new(OnHand: 1));

        _scene.Run(Move(1, 1)).Refusal.Should().BeNull();

        var told = _scene.Events<StockMoved>(EventTypes.StockMoved).Single();
        (told.Kind, told.Cause, told.Actor, told.Reason)
            .Should()
            .Be(("reallocated", Scene.Id(1).ToString(), "olga", "closed"));
        told.Movements.Select(m => (m.Location, m.Quantity)).Should().Equal(("main", -1), ("north", 1));
    }

    [Fact]
    public void Units_are_moved_there_and_back_any_number_of_times_and_released_where_they_are()
    {
        _scene.With("cup", "main", new(OnHand: 2));
        Order(1, 2);
        _scene.With("cup", "north", new(OnHand: 2));
        for (var time = 0; time < 3; time++)
        {
            _scene.Run(Move(1, 1)).Refusal.Should().BeNull();
            _scene.Run(Move(1, 1, "north", "main")).Refusal.Should().BeNull();
        }

        _scene.Run(Move(1, 2)).Refusal.Should().BeNull();
        _scene.Decide(new ReleaseCommand([Scene.Id(1)]));

        _scene.Movements.Should().Equal((MovementKind.Released, "cup", "north", -2));
        _scene.Tables.Levels.Values.Should().OnlyContain(l => l.Available == 2);
    }

    [Fact]
    public void What_becomes_available_serves_those_who_wait()
    {
        _scene.With("cup", "main", new(OnHand: 2));
        Order(1, 2);
        _scene.Decide(Scene.Reserve(2, "cup", 2, ShortagePolicy.Backorder));
        _scene.With("cup", "north", new(OnHand: 2, Unavailable: 0));

        _scene.Run(Move(1, 2)).Refusal.Should().BeNull();

        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 2, Allocated: 2), "the second order has them");
    }

    [Fact]
    public void Units_are_moved_only_to_where_they_are_available()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        Order(1, 5);
        _scene.With("cup", "north", new(OnHand: 5, Unavailable: 2, Allocated: 1));

        _scene
            .Refuse(Move(1, 3))
            .Should()
            .Be((409, "out-of-stock", "Only 2 units of 'cup' are available; 3 were requested."));
    }

    [Fact]
    public void No_more_units_are_moved_than_the_order_has_there_and_has_not_shipped()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        Order(1, 3);
        Order(2, 2);
        _scene.With("cup", "north", new(OnHand: 5));
        Ship(1, 1);

        _scene
            .Refuse(Move(1, 3))
            .Should()
            .Be((409, "too-many-units", "Only 2 units of 'cup' are allocated to the order here and not shipped."));
        _scene.Refuse(Move(1, 1, "south", "north")).Kind.Should().Be("too-many-units");
    }

    [Fact]
    public void Of_an_order_without_allocated_stock_nothing_is_moved()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        Order(1, 5);
        _scene.With("cup", "north", new(OnHand: 5));
        _scene.Decide(new ReleaseCommand([Scene.Id(1)]));

        _scene.Refuse(Move(1, 1)).Status.Should().Be(404);
        _scene.Refuse(Move(2, 1)).Status.Should().Be(404);
    }

    private void Order(int order, int units) => _scene.Decide(Scene.Reserve(order, "cup", units));

    private MoveAllocationCommand Move(int order, int units, string from = "main", string to = "north") =>
        new(_scene.NewKey(), [1], Scene.Id(order), "cup", from, to, units, "olga", "closed");

    private StockResponses.ShipmentResponse Ship(int order, int? units = null) =>
        _scene.Run<StockResponses.ShipmentResponse>(
            new ShipCommand(
                _scene.NewKey(),
                [1],
                Scene.Id(order),
                units is { } some ? [new("cup", some)] : null,
                "olga"
            )
        );
}
