using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Keys of commands, events of movements, and thresholds of availability.</summary>
public sealed class TransactionRulesTests
{
    private readonly Scene _scene = new(new ItemTerms(true, LowStockAt: 3));

    [Fact]
    public void A_repeated_command_gets_the_recorded_response_and_moves_nothing()
    {
        var first = _scene.Run(Book("K", ("cup", 5)));
        var again = _scene.Run(Book("K", ("cup", 5)));

        (first.Replayed, again.Replayed, again.Refusal).Should().Be((false, true, null));
        again.Body.Should().Be(first.Body).And.NotBeEmpty();
        _scene.Movements.Should().BeEmpty();
        _scene.At("cup", "main").OnHand.Should().Be(5);
    }

    [Fact]
    public void A_command_repeated_in_its_transaction_gets_the_first_response()
    {
        var outcomes = _scene.Decide(Book("K", ("cup", 5)), Book("K", ("cup", 5)));

        outcomes.Select(o => o.Replayed).Should().Equal(false, true);
        outcomes[1].Body.Should().Be(outcomes[0].Body);
        _scene.At("cup", "main").OnHand.Should().Be(5);
    }

    [Fact]
    public void A_key_used_for_another_request_is_refused_with_an_empty_body()
    {
        _scene.Run(Book("K", ("cup", 5)));

        var other = _scene.Run(Book("K", ("cup", 5)) with { Fingerprint = [2] });

        other.Should().Be(new CommandOutcome("", Replayed: false, new Refusal(RefusalKind.OtherRequest, "K")));
        _scene.Movements.Should().BeEmpty();
        Scene
            .ProblemOf(other)
            .Should()
            .Be(
                (
                    422,
                    "idempotency-conflict",
                    "The key 'K' was used with another body or route. Repeat that request exactly, or use a new key."
                )
            );
    }

    [Fact]
    public void Keys_of_different_owners_are_different()
    {
        _scene.Run(Book("K", ("cup", 5)));

        var hold = _scene.Run(
            new PlaceHoldCommand("K", [2], Scene.Id(7), "alice", [new("cup", 1)], Scene.Now.AddMinutes(5))
        );

        (hold.Refusal, hold.Replayed).Should().Be((null, false));
    }

    [Fact]
    public void A_refused_command_may_be_repeated_under_its_key()
    {
        _scene.Refuse(Book("K", ("cup", -5)));
        _scene.Run(Book("J", ("cup", 5)));

        _scene.Run(Book("K", ("cup", -5))).Should().Match<CommandOutcome>(o => o.Refusal == null && !o.Replayed);
    }

    [Fact]
    public void A_refusal_for_missing_units_proves_them_by_the_sequence_of_each_level()
    {
        _scene.With("cup", "main", new(OnHand: 2, Held: 3), shortage: 1, sequence: 8);
        _scene.With("cup", "north", new(OnHand: 9), sequence: 5);

        var refusal = _scene.Run(Book("K", ("cup", -4))).Refusal!;

        (refusal.Kind, refusal.Subject).Should().Be((RefusalKind.OutOfStock, "cup"));
        refusal
            .Items.Should()
            .BeEquivalentTo([
                new ShortLevel("cup", 4, 0, new Dictionary<string, long> { ["main"] = 8, ["north"] = 5 }),
            ]);
    }

    [Fact]
    public void The_movements_of_a_command_are_one_event_with_the_quantities_after_each()
    {
        _scene.With("cup", "main", new(1, 2, 3, 4, 5), shortage: 8, sequence: 6);

        _scene.Run(Book("K", ("cup", 2), ("tea", 1)));

        var moved = _scene.Last.Events.Single(e => e.Type == EventTypes.StockMoved);
        (moved.Subject, moved.Version).Should().Be(("K", 1));
        moved
            .Data.Should()
            .BeEquivalentTo(
                new StockMoved(
                    "received",
                    "K",
                    "olga",
                    "reason",
                    [new("cup", "main", 7, 2, 3, 2, -6, 3, 4, 5), new("tea", "main", 1, 1, 1, 0, 1)],
                    "operator"
                )
            );
    }

    [Fact]
    public void S13_A_customer_and_an_operator_of_the_same_name_have_keys_of_their_own()
    {
        _scene.With("cup", "main", new(OnHand: 9));
        var until = Scene.Now.AddMinutes(9);
        var own = new PlaceHoldCommand("K", [1], Scene.Id(1), "olga", [new("cup", 1)], until, "olga");

        _scene.Run(own with { HoldId = Scene.Id(2), ActorType = ActorType.Operator }).Replayed.Should().BeFalse();
        _scene.Run(own).Replayed.Should().BeFalse();
        _scene.Run(own).Replayed.Should().BeTrue();
    }

    [Fact]
    public void An_orders_lines_are_summed_by_sku_and_allocated_in_the_order_of_the_skus()
    {
        _scene.With("cup", "main", new(OnHand: 9)).With("tea", "main", new(OnHand: 9));

        _scene.Decide(
            new ReserveCommand([new ReserveOrder(Scene.Id(1), [new("tea", 1), new("cup", 2), new("tea", 3)])])
        );

        _scene
            .Movements.Should()
            .Equal((MovementKind.Allocated, "cup", "main", 2), (MovementKind.Allocated, "tea", "main", 4));
    }

    [Fact]
    public void Missing_skus_of_a_refused_order_are_listed_in_order()
    {
        _scene.Decide(new ReserveCommand([new ReserveOrder(Scene.Id(1), [new("tea", 1), new("cup", 2)])]));

        _scene
            .Events<StockRefused>(EventTypes.StockRefused)
            .Single()
            .Shortages.Should()
            .Equal(new Shortage("cup", 2, 0), new("tea", 1, 0));
    }

    [Fact]
    public void Skus_that_are_available_again_are_published_in_order()
    {
        _scene.Decide(Book("K", ("tea", 4)), Book("L", ("cup", 9)));

        _scene
            .Last.Events.Where(e => e.Type == EventTypes.BackInStock)
            .Should()
            .Equal([
                new(EventTypes.BackInStock, "cup", 1, new StockAvailable("cup", 9, null)),
                new(EventTypes.BackInStock, "tea", 1, new StockAvailable("tea", 4, null)),
            ]);
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, -1, false)]
    public void A_sku_is_back_in_stock_when_its_availability_rises_from_zero(int before, int change, bool published)
    {
        _scene.With("tea", "main", new(OnHand: before));

        _scene.Run(Book("K", ("tea", change)));

        _scene.Events<StockAvailable>(EventTypes.BackInStock).Should().HaveCount(published ? 1 : 0);
    }

    [Theory]
    [InlineData(4, 3, true)]
    [InlineData(9, 0, true)]
    [InlineData(5, 4, false)]
    [InlineData(3, 2, false)]
    [InlineData(2, 1, false)]
    [InlineData(2, 9, false)]
    [InlineData(3, 3, false)]
    public void A_sku_is_low_when_its_availability_falls_to_the_threshold(int before, int after, bool published)
    {
        _scene.With("cup", "main", new(OnHand: before), sequence: 1);

        _scene.Run(Book("K", ("cup", after - before)));

        _scene
            .Events<StockAvailable>(EventTypes.StockLow)
            .Should()
            .Equal(published ? [new StockAvailable("cup", after, 3)] : []);
    }

    [Fact]
    public void S18_A_sku_whose_first_units_are_fewer_than_its_threshold_is_low()
    {
        _scene.Run(Book("K", ("cup", 2)));

        _scene.Events<StockAvailable>(EventTypes.StockLow).Should().Equal(new StockAvailable("cup", 2, 3));
    }

    [Fact]
    public void A_sku_without_a_threshold_is_never_low()
    {
        _scene.With("tea", "main", new(OnHand: 9));

        _scene.Run(Book("K", ("tea", -9)));

        _scene.Last.Events.Select(e => e.Type).Should().Equal(EventTypes.StockMoved);
    }

    private static BookCommand Book(string key, params (string Sku, int Quantity)[] lines) =>
        new(
            key,
            [1],
            lines[0].Quantity < 0 ? MovementKind.Adjusted : MovementKind.Received,
            key,
            "olga",
            "reason",
            [.. lines.Select(l => new StockLine(l.Sku, "main", l.Quantity))]
        );
}
