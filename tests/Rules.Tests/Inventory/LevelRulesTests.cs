using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Receipts, adjustments, counts, and units withheld from sale.</summary>
public sealed class LevelRulesTests
{
    private readonly Scene _scene = new();

    [Fact]
    public void A_booking_moves_each_line_and_returns_each_level_once()
    {
        var booked = _scene.Run<StockResponses.BookingResponse>(
            Book(MovementKind.Received, ("cup", "main", 5), ("tea", "main", 2), ("cup", "main", 1))
        );

        _scene
            .Movements.Should()
            .Equal(
                (MovementKind.Received, "cup", "main", 5),
                (MovementKind.Received, "tea", "main", 2),
                (MovementKind.Received, "cup", "main", 1)
            );
        booked.Cause.Should().Be("cause");
        booked
            .Levels.Select(l => (l.Sku, l.Location, l.OnHand, l.Available, l.Sequence))
            .Should()
            .Equal(("cup", "main", 6, 6, 2), ("tea", "main", 2, 2, 1));
    }

    [Fact]
    public void A_booking_may_remove_all_available_units()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 2));

        _scene.Run(Book(MovementKind.Adjusted, ("cup", "main", -3))).Refusal.Should().BeNull();

        _scene.Movements.Should().Equal((MovementKind.Adjusted, "cup", "main", -3));
    }

    [Fact]
    public void A_booking_cannot_remove_promised_units()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 2)).With("cup", "north", new(OnHand: 9));

        _scene
            .Refuse(Book(MovementKind.Adjusted, ("tea", "main", 1), ("cup", "main", -4)))
            .Should()
            .Be((409, "out-of-stock", "Only 3 units of 'cup' are available; 4 were requested."));
    }

    [Fact]
    public void A_receipt_is_accepted_at_a_level_that_is_short_and_covers_its_promises_first()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 7), shortage: 2);

        _scene.Run(Book(MovementKind.Received, ("cup", "main", 1))).Refusal.Should().BeNull();

        (_scene.LevelAt("cup", "main").Short, _scene.LevelAt("cup", "main").Quantities.Balance).Should().Be((1, -1));
    }

    [Theory]
    [InlineData("saucer", "unknown-sku")]
    [InlineData("postage", "never-stocked")]
    public void An_item_that_is_never_stocked_is_neither_booked_nor_counted_nor_withheld(string sku, string kind)
    {
        _scene.Refuse(Book(MovementKind.Received, ("cup", "main", 1), (sku, "main", 1))).Kind.Should().Be(kind);
        _scene.Refuse(Count(1, sku: sku)).Kind.Should().Be(kind);
        _scene.Refuse(Withhold(1, sku)).Kind.Should().Be(kind);
    }

    [Theory]
    [InlineData(4, -6)]
    [InlineData(13, 3)]
    public void A_count_sets_on_hand_to_the_counted_units(int counted, int difference)
    {
        _scene.With("cup", "main", new(OnHand: 10, Allocated: 3, Incoming: 8), sequence: 6);

        var result = _scene.Run<StockResponses.CountResponse>(Count(counted, expected: 10));

        _scene.Movements.Should().Equal((MovementKind.Adjusted, "cup", "main", difference));
        result.Difference.Should().Be(difference);
        result
            .Level.Should()
            .Be(new StockResponses.LevelResponse("cup", "main", counted, 0, 3, 0, 8, counted - 3, 0, 7));
        result.Shortages.Should().BeEmpty();
        _scene.Events<StockShortfall>(EventTypes.StockShortfall).Should().BeEmpty();
    }

    [Fact]
    public void A_count_that_finds_what_is_recorded_moves_nothing()
    {
        _scene.With("cup", "main", new(OnHand: 10, Allocated: 3));

        var result = _scene.Run<StockResponses.CountResponse>(Count(10));

        (result.Difference, result.Level.OnHand).Should().Be((0, 10));
        _scene.Movements.Should().BeEmpty();
        _scene.Last.Events.Should().BeEmpty();
    }

    [Fact]
    public void A_count_that_expects_another_number_is_refused_with_the_current_one()
    {
        _scene.With("cup", "main", new(OnHand: 10));

        _scene
            .Refuse(Count(9, expected: 8))
            .Should()
            .Be(
                (
                    409,
                    "on-hand-changed",
                    "10 units of 'cup' are on hand, not the number that the request expects. Count again and send the "
                        + "current number as `expected`."
                )
            );
    }

    [Fact]
    public void A_count_below_the_promised_units_is_refused_unless_it_may_fall_short()
    {
        _scene.With("cup", "main", new(OnHand: 10, Allocated: 7));

        _scene
            .Refuse(Count(6))
            .Should()
            .Be((409, "out-of-stock", "Only 3 units of 'cup' are available; 4 were requested."));
    }

    [Fact]
    public void A_count_of_exactly_the_promised_units_is_accepted()
    {
        _scene.With("cup", "main", new(OnHand: 10, Allocated: 7));

        _scene.Run<StockResponses.CountResponse>(Count(7)).Level.Available.Should().Be(0);
    }

    [Fact]
    public void A_count_that_leaves_a_shortage_as_it_is_needs_no_permission_to_fall_short()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 7), shortage: 2);

        _scene.Run<StockResponses.CountResponse>(Count(5)).Level.Short.Should().Be(2);
        _scene.Run<StockResponses.CountResponse>(Count(6)).Level.Short.Should().Be(1);
    }

    [Fact]
    public void A_count_that_worsens_a_shortage_is_refused_with_no_available_units()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 7), shortage: 2);

        _scene
            .Refuse(Count(4))
            .Should()
            .Be((409, "out-of-stock", "Only 0 units of 'cup' are available; 1 were requested."));
    }

    [Fact]
    public void A_count_that_may_fall_short_publishes_the_shortfall_and_names_the_newest_claims()
    {
        _scene.With("cup", "main", new(OnHand: 10));
        _scene.Decide(Order(1, 4), Order(2, 3), Order(3, 2));

        var result = _scene.Run<StockResponses.CountResponse>(Count(5, mayFallShort: true));

        _scene.Movements.Should().Equal((MovementKind.Adjusted, "cup", "main", -5));
        (result.Difference, result.Level.Short, result.Level.Available).Should().Be((-5, 4, 0));
        result
            .Shortages.Should()
            .Equal(
                [new StockResponses.OrderShortage(Scene.Id(3), 2), new(Scene.Id(2), 2)],
                "the latest order is served last"
            );
        _scene
            .Events<StockShortfall>(EventTypes.StockShortfall)
            .Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(new StockShortfall("cup", "main", 4, [Scene.Id(3), Scene.Id(2)]));
    }

    [Fact]
    public void S15_The_owner_of_a_hold_that_a_count_left_short_and_the_order_made_from_it_are_told()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        var held = new PlaceHoldCommand("H", [1], Scene.Id(1), "alice", [new("cup", 5)], Scene.Now.AddMinutes(9));
        _scene.Run(held).Refusal.Should().BeNull();

        var result = _scene.Run<StockResponses.CountResponse>(Count(2, mayFallShort: true));

        result.Shortages.Should().BeEmpty();
        result.Holds.Should().Equal(new StockResponses.HoldShortage(Scene.Id(1), "alice", 3));
        Shortfall().Should().BeEquivalentTo(new StockShortfall("cup", "main", 3, [], [new(Scene.Id(1), "alice")]));

        _scene.Decide(
            new ReserveCommand([new ReserveOrder(Scene.Id(2), [new("cup", 5)], "alice", 2, HoldId: Scene.Id(1))])
        );
        Shortfall().Should().BeEquivalentTo(new StockShortfall("cup", "main", 3, [Scene.Id(2)]));

        StockShortfall Shortfall() => _scene.Events<StockShortfall>(EventTypes.StockShortfall).Single();
    }

    [Fact]
    public void S15_A_count_that_falls_short_in_one_transaction_with_a_shipment_does_not_name_the_shipped_order()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        _scene.Decide(Order(1, 3), Order(2, 2));

        var outcomes = _scene.Decide(
            new ShipCommand("S", [1], Scene.Id(2), null, "olga"),
            Count(1, mayFallShort: true)
        );

        Scene
            .Read<StockResponses.CountResponse>(outcomes[1])
            .Shortages.Should()
            .Equal(new StockResponses.OrderShortage(Scene.Id(1), 2));
    }

    [Fact]
    public void S15_A_count_that_falls_short_in_one_transaction_with_the_end_of_a_hold_does_not_name_that_hold()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        foreach (var (hold, units) in new[] { (1, 2), (2, 3) })
            _scene
                .Run(
                    new PlaceHoldCommand(
                        _scene.NewKey(),
                        [1],
                        Scene.Id(hold),
                        "alice",
                        [new("cup", units)],
                        Scene.Now.AddMinutes(9)
                    )
                )
                .Refusal.Should()
                .BeNull();

        var outcomes = _scene.Decide(
            new ReleaseHoldCommand("R", [1], Scene.Id(2), "alice", "alice"),
            Count(1, mayFallShort: true)
        );

        Scene
            .Read<StockResponses.CountResponse>(outcomes[1])
            .Holds.Should()
            .Equal(new StockResponses.HoldShortage(Scene.Id(1), "alice", 1));
    }

    [Fact]
    public void A_shortage_names_only_the_claims_that_it_needs()
    {
        _scene.With("cup", "main", new(OnHand: 5));
        _scene.Decide(Order(1, 3), Order(2, 2));

        _scene
            .Run<StockResponses.CountResponse>(Count(3, mayFallShort: true))
            .Shortages.Should()
            .Equal(new StockResponses.OrderShortage(Scene.Id(2), 2));
    }

    [Fact]
    public void A_shortage_names_claims_of_its_level_only()
    {
        _scene.With("cup", "main", new(OnHand: 2)).With("cup", "north", new(OnHand: 2));
        _scene.With("tea", "main", new(OnHand: 2));
        _scene.Decide(Order(1, 2), Order(2, 2), Scene.Reserve(3, "tea", 2));

        _scene
            .Run<StockResponses.CountResponse>(Count(0, mayFallShort: true))
            .Shortages.Should()
            .Equal(new StockResponses.OrderShortage(Scene.Id(1), 2));
    }

    [Fact]
    public void A_shortage_names_orders_that_the_same_transaction_reserved_but_none_that_it_released()
    {
        _scene.With("cup", "main", new(OnHand: 6));
        _scene.Decide(Order(1, 2), Order(3, 2));

        var outcome = _scene
            .Decide(Order(2, 2), new ReleaseCommand([Scene.Id(3)]), Count(1, mayFallShort: true))
            .Single();

        Scene
            .Read<StockResponses.CountResponse>(outcome)
            .Shortages.Should()
            .Equal(new StockResponses.OrderShortage(Scene.Id(2), 2), new(Scene.Id(1), 1));
    }

    [Fact]
    public void A_shortage_sums_the_allocations_of_an_order()
    {
        _scene.With("cup", "main", new(OnHand: 2));
        _scene.Decide(Scene.Reserve(1, "cup", 5, ShortagePolicy.Backorder));

        var outcomes = _scene.Decide(Book(MovementKind.Received, ("cup", "main", 3)), Count(1, mayFallShort: true));

        Scene
            .Read<StockResponses.CountResponse>(outcomes[1])
            .Shortages.Should()
            .Equal(new StockResponses.OrderShortage(Scene.Id(1), 4));
    }

    [Fact]
    public void A_shortage_names_at_most_100_orders()
    {
        _scene.With("cup", "main", new(OnHand: 101));
        _scene.Decide([.. Enumerable.Range(1, 101).Select(i => Order(i, 1))]);

        _scene
            .Run<StockResponses.CountResponse>(Count(0, mayFallShort: true))
            .Shortages.Select(s => s.OrderId)
            .Should()
            .Equal(Enumerable.Range(2, 100).Reverse().Select(Scene.Id));
    }

    [Fact]
    public void A_count_that_finds_more_units_serves_backorders()
    {
        _scene.Decide(Scene.Reserve(1, "cup", 3, ShortagePolicy.Backorder));

        var result = _scene.Run<StockResponses.CountResponse>(Count(4));

        _scene
            .Movements.Should()
            .Equal((MovementKind.Adjusted, "cup", "main", 4), (MovementKind.Allocated, "cup", "main", 3));
        (result.Level.Allocated, result.Level.Available).Should().Be((3, 1));
    }

    [Fact]
    public void Withheld_units_stay_on_hand_and_are_not_available()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 2));

        var result = _scene.Run<StockResponses.BookingResponse>(Withhold(3));

        _scene.Movements.Should().Equal((MovementKind.Withheld, "cup", "main", 3));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 5, Allocated: 2, Unavailable: 3));
        result.Levels.Should().Equal(new StockResponses.LevelResponse("cup", "main", 5, 3, 2, 0, 0, 0, 0, 1));
    }

    [Fact]
    public void Promised_units_cannot_be_withheld()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 2)).With("cup", "north", new(OnHand: 9));

        _scene
            .Refuse(Withhold(4))
            .Should()
            .Be((409, "out-of-stock", "Only 3 units of 'cup' are available; 4 were requested."));
    }

    [Fact]
    public void All_withheld_units_can_be_returned_to_sale()
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 3));

        _scene.Run(Withhold(-3)).Refusal.Should().BeNull();

        _scene.Movements.Should().Equal((MovementKind.Withheld, "cup", "main", -3));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 5));
    }

    [Fact]
    public void Units_can_be_returned_to_sale_at_a_level_that_is_short()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 4, Unavailable: 3), shortage: 2);

        _scene.Run(Withhold(-3)).Refusal.Should().BeNull();

        (_scene.LevelAt("cup", "main").Short, _scene.LevelAt("cup", "main").Available).Should().Be((0, 1));
    }

    [Fact]
    public void No_more_units_are_returned_to_sale_than_are_withheld()
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 3));

        _scene.Refuse(Withhold(-4)).Should().Be((409, "too-many-units", "Only 3 units of 'cup' are set aside here."));
    }

    [Fact]
    public void Units_returned_to_sale_serve_backorders()
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 5));
        _scene.Decide(Scene.Reserve(1, "cup", 2, ShortagePolicy.Backorder));

        _scene.Run(Withhold(-3));

        _scene
            .Movements.Should()
            .Equal((MovementKind.Withheld, "cup", "main", -3), (MovementKind.Allocated, "cup", "main", 2));
    }

    [Fact]
    public void S8_Units_that_are_set_aside_are_scrapped_while_all_others_are_promised()
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 2, Allocated: 3));

        _scene.Run(SetAside(MovementKind.Adjusted, -2)).Refusal.Should().BeNull();

        _scene.Movements.Should().Equal((MovementKind.Adjusted, "cup", "main", -2));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 3, Allocated: 3));
        _scene
            .Refuse(SetAside(MovementKind.Adjusted, -1))
            .Should()
            .Be((409, "too-many-units", "Only 0 units of 'cup' are set aside here."));
    }

    [Fact]
    public void S8_Scrapped_units_were_not_for_sale_in_between_so_nobody_who_waits_gets_them()
    {
        _scene.With("cup", "main", new(OnHand: 2, Unavailable: 2));
        _scene.Decide(Scene.Reserve(1, "cup", 2, ShortagePolicy.Backorder));

        _scene.Run(SetAside(MovementKind.Adjusted, -2)).Refusal.Should().BeNull();

        _scene.At("cup", "main").Should().Be(new Quantities());
    }

    [Fact]
    public void S8_Received_units_that_are_set_aside_at_once_are_not_sold()
    {
        _scene.Decide(Scene.Reserve(1, "cup", 2, ShortagePolicy.Backorder));

        _scene.Run(SetAside(MovementKind.Received, 2)).Refusal.Should().BeNull();

        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 2, Unavailable: 2));
    }

    [Theory]
    [InlineData(3, 0, -2, 0, 0)]
    [InlineData(4, 0, -1, -1, 0)]
    [InlineData(4, 1, -1, 0, 0)]
    [InlineData(5, 0, 0, -2, 0)]
    [InlineData(6, 3, 1, 0, 0)]
    [InlineData(6, 0, 1, -2, 0)]
    [InlineData(3, 2, -2, 0, 2)]
    [InlineData(4, 3, -1, 1, 2)]
    [InlineData(5, 3, 0, 1, 1)]
    public void S8_A_count_says_how_many_of_the_counted_units_are_set_aside(
        int counted,
        int unavailable,
        int adjusted,
        int withheld,
        int shortage
    )
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 2, Allocated: 3));

        var count = Count(counted, mayFallShort: shortage > 0) with { Unavailable = unavailable };
        _scene.Run(count).Refusal.Should().BeNull();

        _scene
            .Movements.Should()
            .Equal(
                new[]
                {
                    (MovementKind.Adjusted, "cup", "main", (long)adjusted),
                    (MovementKind.Withheld, "cup", "main", withheld),
                }.Where(m => m.Item4 != 0)
            );
        _scene.At("cup", "main").Should().Be(new Quantities(counted, 3, 0, unavailable));
        _scene.LevelAt("cup", "main").Short.Should().Be(shortage);
    }

    [Fact]
    public void S8_A_count_of_fewer_units_than_were_set_aside_promises_nothing_that_was_not_promised()
    {
        _scene.With("cup", "main", new(OnHand: 5, Unavailable: 5));

        _scene.Run(Count(3)).Refusal.Should().BeNull();

        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 3, Unavailable: 3));
        _scene.LevelAt("cup", "main").Short.Should().Be(0);
    }

    private BookCommand SetAside(MovementKind kind, int quantity) =>
        Book(kind, ("cup", "main", quantity)) with
        {
            Unavailable = true,
        };

    private static ReserveCommand Order(int number, int quantity) => Scene.Reserve(number, "cup", quantity);

    private BookCommand Book(MovementKind kind, params (string Sku, string Location, int Quantity)[] lines) =>
        new(
            _scene.NewKey(),
            [1],
            kind,
            "cause",
            "olga",
            "reason",
            [.. lines.Select(l => new StockLine(l.Sku, l.Location, l.Quantity))]
        );

    private CountCommand Count(int counted, long? expected = null, bool mayFallShort = false, string sku = "cup") =>
        new(_scene.NewKey(), [1], sku, "main", counted, expected, mayFallShort, "olga", "stocktake");

    private WithholdCommand Withhold(int quantity, string sku = "cup") =>
        new(_scene.NewKey(), [1], new StockLine(sku, "main", quantity), "olga", "damaged");
}
