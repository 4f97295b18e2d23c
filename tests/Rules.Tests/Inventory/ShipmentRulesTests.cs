using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Shipments of allocated units, and returns.</summary>
public sealed class ShipmentRulesTests
{
    private readonly StockScene _scene = new();

    [Fact]
    public void What_was_promised_of_an_item_leaves_and_comes_back_after_it_has_become_a_service()
    {
        _scene.Stock("cup", 3).Reserve(1, Cups(2));
        _scene.BecomesService("cup").Commit();

        _scene.Reserve(new ReserveOrder(Id(2), [Cups(1)], "alice", 2, LinesAreOwed: true));
        _scene.At("cup").Allocated.Should().Be(3, "the second order was accepted before the change");
        _scene.Reserve(new ReserveOrder(Id(3), [], "alice", 3, LinesAreOwed: true));
        _scene.Ship(1).Refusal.Should().BeNull();
        _scene.Return(1, new ReturnedUnits("cup", 2, Disposition.Restock, Main)).Refusal.Should().BeNull();

        _scene.At("cup").Should().Be(new Quantities(OnHand: 3, Allocated: 1));
    }

    [Fact]
    public void An_order_without_an_allocation_ships_nothing()
    {
        _scene.Stock("cup", 3);
        _scene.Reserve(2, Cups(9)).State.Should().Be(ReservationState.OutOfStock);

        Refused(_scene.Ship(1)).Should().Be("No stock is allocated to the order.");
        Refused(_scene.Ship(2)).Should().Be("No stock is allocated to the order.");
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void S15_A_shipment_of_too_many_units_from_one_location_is_told_how_many_the_order_has_in_all()
    {
        Allocate(2, 1);

        Refused(_scene.Ship(1, new ShippedUnits("cup", 2, North)))
            .Should()
            .Be(
                "Only 1 of the requested units of 'cup' are allocated to the order at the locations that the request "
                    + "names; 3 are allocated to it in all."
            );
    }

    [Fact]
    public void A_shipment_without_lines_ships_all_allocated_units()
    {
        Allocate(2, 1);

        Shipped(_scene.Ship(1)).Should().Equal(Part(Main, 2), Part(North, 1));

        _scene
            .Movements.Should()
            .Equal((MovementKind.Shipped, "cup", Main, -2), (MovementKind.Shipped, "cup", North, -1));
        _scene.At("cup").Should().Be(default(Quantities));
        _scene
            .Transaction.Shipments.Should()
            .Equal(new Allocation(Id(1), "cup", Main, 2), new Allocation(Id(1), "cup", North, 1));
    }

    [Fact]
    public void A_backordered_order_ships_the_units_that_it_has()
    {
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", 2);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(3)).State.Should().Be(ReservationState.Backordered);

        Shipped(_scene.Ship(1)).Should().Equal(Part(Main, 2));
    }

    [Fact]
    public void A_partial_shipment_leaves_the_other_units_allocated()
    {
        Allocate(2, 1);

        Shipped(_scene.Ship(1, new ShippedUnits("cup", 1))).Should().Equal(Part(Main, 1));

        _scene.Movements.Should().Equal((MovementKind.Shipped, "cup", Main, -1));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 1, Allocated: 1));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 1, Allocated: 1));
    }

    [Fact]
    public void The_units_of_one_line_may_be_at_several_locations()
    {
        Allocate(1, 2);

        Shipped(_scene.Ship(1, new ShippedUnits("cup", 2))).Should().Equal(Part(Main, 1), Part(North, 1));
    }

    [Fact]
    public void A_line_that_names_a_location_ships_from_there_only()
    {
        Allocate(2, 1);

        Shipped(_scene.Ship(1, new ShippedUnits("cup", 1, North))).Should().Equal(Part(North, 1));
        Refused(_scene.Ship(1, new ShippedUnits("cup", 1, North)))
            .Should()
            .Be(
                "Only 0 of the requested units of 'cup' are allocated to the order at the locations that the request "
                    + "names; 2 are allocated to it in all."
            );
    }

    [Fact]
    public void Lines_that_name_a_location_are_served_before_the_others()
    {
        Allocate(2, 1);

        Shipped(_scene.Ship(1, new ShippedUnits("cup", 1), new ShippedUnits("cup", 2, Main)))
            .Should()
            .Equal(Part(Main, 2), Part(North, 1));
    }

    [Fact]
    public void Lines_of_one_item_and_location_are_shipped_together()
    {
        Allocate(3, 0);

        Shipped(_scene.Ship(1, new ShippedUnits("cup", 2), new ShippedUnits("cup", 1, Main)))
            .Should()
            .Equal(Part(Main, 3));
    }

    [Fact]
    public void A_line_ships_units_of_its_item_only()
    {
        _scene.Stock("cup", 2).Stock("tea", 3);
        _scene.Reserve(1, Cups(2), Teas(3));
        _scene.Commit();

        Shipped(_scene.Ship(1, new ShippedUnits("tea", 2))).Should().Equal(new AllocationPart("tea", Main, 2));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(2, 2)]
    [InlineData(1, 9)]
    public void More_units_than_are_allocated_are_refused_with_the_number_of_allocated_units(int a, int b)
    {
        Allocate(2, 1);
        var lines = new[] { new ShippedUnits("cup", a), new ShippedUnits("cup", b) }.Where(l => l.Quantity > 0);

        Refused(_scene.Ship(1, [.. lines]))
            .Should()
            .Be("Only 3 of the requested units of 'cup' are allocated to the order.");
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void The_number_of_allocated_units_is_that_of_the_refused_item()
    {
        _scene.Stock("cup", 2).Stock("tea", 3);
        _scene.Reserve(1, Cups(2), Teas(3));
        _scene.Commit();

        Refused(_scene.Ship(1, new ShippedUnits("cup", 2), new ShippedUnits("tea", 4)))
            .Should()
            .Be("Only 3 of the requested units of 'tea' are allocated to the order.");
    }

    [Fact]
    public void Each_unit_of_an_order_is_shipped_once()
    {
        Allocate(2, 0);
        _scene.Ship(1, new ShippedUnits("cup", 1));
        _scene.Ship(1, new ShippedUnits("cup", 1));

        Refused(_scene.Ship(1, new ShippedUnits("cup", 1)))
            .Should()
            .Be("Only 0 of the requested units of 'cup' are allocated to the order.");
        Shipped(_scene.Ship(1)).Should().BeEmpty();
        _scene.Commit();
        Shipped(_scene.Ship(1)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_step_of_a_shipment_is_the_number_of_units_shipped_before(bool committed)
    {
        Allocate(4, 0);
        _scene.Ship(1, new ShippedUnits("cup", 1));
        if (committed)
            _scene.Commit();
        _scene.Ship(1, new ShippedUnits("cup", 2));
        _scene.Ship(1);

        _scene.Rows.Select(r => r.Step).Should().Equal(committed ? [1, 3] : [0, 1, 3]);
    }

    [Theory]
    [InlineData(2, 0, null)]
    [InlineData(3, 1, null)]
    [InlineData(1, 0, "1")]
    [InlineData(2, 1, "1")]
    [InlineData(1, 2, "0")]
    public void Only_units_that_are_there_and_not_withheld_are_shipped(int onHand, int unavailable, string? sellable)
    {
        _scene.Stock("cup", 2);
        _scene.Reserve(1, Cups(2));
        _scene.Commit();
        _scene.Stock("cup", Main, new Quantities(onHand, Allocated: 2, Unavailable: unavailable));
        _scene.Commit();

        Refused(_scene.Ship(1))
            .Should()
            .Be(
                sellable is null
                    ? null
                    : $"Only {sellable} of 2 units of 'cup' are at 'main': a count found fewer than are promised."
            );
    }

    [Fact]
    public void Returned_units_are_on_hand_and_available_again()
    {
        _scene.Return(1, new("cup", 1, Disposition.Restock, Main), new("cup", 2, Disposition.Restock, Main));

        _scene.Movements.Should().Equal((MovementKind.Returned, "cup", Main, 3));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 3));
        var row = _scene.Rows.Single();
        (row.Cause.Id, row.Cause.Reason, row.Step).Should().Be((Id(1).ToString(), null, 1));
    }

    [Fact]
    public void Damaged_units_are_returned_and_withheld()
    {
        _scene.Return(
            1,
            new("cup", 1, Disposition.Damaged, Main),
            new("cup", 2, Disposition.Damaged, Main),
            new("cup", 4, Disposition.Restock, Main)
        );

        _scene
            .Rows.Select(r => (r.Kind, r.Quantity, r.Cause.Reason))
            .Should()
            .Equal((MovementKind.Returned, 7, null), (MovementKind.Withheld, 3, "damaged"));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 7, Unavailable: 3));
    }

    [Fact]
    public void Discarded_units_are_returned_and_booked_out_again()
    {
        _scene.Return(1, new("cup", 2, Disposition.Discard, North), new("cup", 1, Disposition.Restock, North));

        _scene
            .Rows.Select(r => (r.Kind, r.Quantity, r.Cause.Reason))
            .Should()
            .Equal((MovementKind.Returned, 3, null), (MovementKind.Adjusted, -2, "discarded"));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 1));
    }

    [Fact]
    public void A_return_of_a_service_is_refused()
    {
        Problem(_scene.Return(1, new ReturnedUnits("postage", 1, Disposition.Restock, Main)))
            .Should()
            .Be(("never-stocked", "'postage' is a service: it is sold, but never stocked."));
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void Returned_units_are_offered_to_the_waitlist()
    {
        _scene.Join(1, "cup", "alice", 1);

        _scene.Return(1, new ReturnedUnits("cup", 1, Disposition.Restock, Main));

        _scene.OfferTo("alice").Lines.Should().Equal(new HoldLine("cup", Main, 1));
    }

    /// <summary>Allocates all cups at main and north to order 1, in an earlier transaction.</summary>
    private void Allocate(int main, int north)
    {
        _scene.Stock("cup", Main, main).Stock("cup", North, north);
        _scene.Reserve(1, Cups(main + north)).State.Should().Be(ReservationState.Allocated);
        _scene.Commit();
    }

    private static AllocationPart Part(string location, int cups) => new("cup", location, cups);

    private static string? Refused(CommandOutcome outcome) => Response(outcome).Refused;

    private static IReadOnlyList<AllocationPart> Shipped(CommandOutcome outcome)
    {
        Response(outcome).Refused.Should().BeNull();
        return Response(outcome).Lines;
    }

    private static StockResponses.ShipmentResponse Response(CommandOutcome outcome) =>
        JsonSerializer.Deserialize<StockResponses.ShipmentResponse>(outcome.Body, StockResponses.Json)!;
}
