using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Units that an order no longer needs, and orders that go on without the units they wait for.</summary>
public sealed class CancellationRulesTests
{
    private readonly StockScene _scene = new();

    [Fact]
    public void Released_units_are_for_sale_and_the_others_stay_allocated()
    {
        _scene.Stock("cup", 5).Reserve(1, Cups(4));
        _scene.Commit();

        Released(1, Cups(3)).Should().Equal(new AllocationPart("cup", Main, 3));

        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Allocated: 1));
        _scene.Transaction.Allocations.Should().Equal(new Allocation(Id(1), "cup", Main, -3, -1));
        _scene.Commit();
        Released(1, Cups(9)).Should().Equal([new AllocationPart("cup", Main, 1)], "it has no more");
    }

    [Fact]
    public void Units_that_were_lost_are_no_longer_promised_and_the_shortage_ends()
    {
        _scene.Stock("cup", 6).Stock("cup", North, 4).Reserve(1, Cups(10));
        _scene.Commit();
        _scene.Run(key => new CountCommand(key, [1], "cup", North, 0, null, true, "olga", "lost"));
        _scene.Commit();

        Released(1, Cups(4)).Should().Equal(new AllocationPart("cup", North, 4));

        _scene.At("cup", North).Should().Be(default(Quantities));
        _scene.Transaction.Stock.Find("cup", North).Short.Should().Be(0);
        _scene.Commit();
        _scene.Ship(1).Refusal.Should().BeNull();
        _scene.At("cup").Should().Be(default(Quantities), "all that is left of the order has been shipped");
    }

    [Fact]
    public void Shipped_units_are_not_released()
    {
        _scene.Stock("cup", 5).Reserve(1, Cups(5));
        _scene.Commit();
        _scene.Ship(1, new ShippedUnits("cup", 3));
        _scene.Commit();

        Released(1, Cups(5)).Should().Equal(new AllocationPart("cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2));
    }

    [Theory]
    [InlineData(2, 5, 0, nameof(BackorderState.Open))]
    [InlineData(3, 5, 0, nameof(BackorderState.Cancelled))]
    [InlineData(4, 5, 1, nameof(BackorderState.Cancelled))]
    public void Units_that_the_order_waits_for_are_given_up_first(
        int cancelled,
        int quantity,
        int released,
        string ends
    )
    {
        var state = Enum.Parse<BackorderState>(ends);
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", quantity - 3);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(quantity)).State.Should().Be(ReservationState.Backordered);
        _scene.Commit();

        Released(1, Cups(cancelled)).Sum(p => p.Quantity).Should().Be(released);

        _scene.Transaction.Backorders[(Id(1), "cup")].State.Should().Be(state);
        _scene
            .Transaction.FilledOrders.Should()
            .Equal(state == BackorderState.Open ? [] : [Id(1)], "its saga goes on when it waits for nothing");
        _scene.Commit();
        _scene
            .Reserve(1, ShortagePolicy.Backorder, Cups(quantity))
            .State.Should()
            .Be(state == BackorderState.Open ? ReservationState.Backordered : ReservationState.Allocated);
    }

    [Fact]
    public void What_is_left_of_a_partly_filled_backorder_counts_as_filled()
    {
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", 1);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(4));
        _scene.Commit();
        _scene.Receive("cup", 2);
        _scene.Commit();

        Released(1, Cups(1)).Should().BeEmpty();

        _scene
            .Transaction.Backorders[(Id(1), "cup")]
            .Should()
            .Match<Backorder>(b => b.Quantity == 2 && b.Filled == 2 && b.State == BackorderState.Filled);
    }

    [Fact]
    public void Released_units_go_to_those_who_wait_and_count_no_longer_towards_the_limit()
    {
        _scene.Terms("cup", backorderLimit: 9, maxPerCustomer: 3).Stock("cup", 3);
        _scene.Reserve(new ReserveOrder(Id(1), [Cups(3)], "alice", 1));
        _scene.Reserve(new ReserveOrder(Id(2), [Cups(2)], "bob", 2, ShortagePolicy.Backorder));
        _scene.Commit();

        Released(1, Cups(2));
        _scene.Transaction.FilledOrders.Should().Equal(Id(2));
        _scene.Commit();
        _scene.Receive("cup", 2);
        _scene.Reserve(new ReserveOrder(Id(3), [Cups(2)], "alice", 3)).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public void Nothing_is_released_of_an_order_that_has_ended()
    {
        _scene.Stock("cup", 5).Reserve(1, Cups(5));
        _scene.Release(1);
        _scene.Commit();

        Released(1, Cups(5)).Should().BeEmpty();
        Released(2, Cups(5)).Should().BeEmpty("it is unknown");
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void An_order_that_waits_may_go_on_with_what_is_there()
    {
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", 2).Stock("tea", 1);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(5), Teas(1));
        _scene.Commit();

        var taken = _scene.Reserve(1, ShortagePolicy.Partial, Cups(5), Teas(1));

        taken.State.Should().Be(ReservationState.Allocated);
        taken.Shortages.Should().Equal(new Shortage("cup", 5, 2));
        _scene.Transaction.Backorders[(Id(1), "cup")].State.Should().Be(BackorderState.Cancelled);
        _scene.Commit();
        _scene
            .Reserve(1, ShortagePolicy.Partial, Cups(5), Teas(1))
            .Shortages.Should()
            .Equal([new Shortage("cup", 5, 2)], "a repetition gets the same answer");
    }

    [Fact]
    public void An_order_that_waits_for_everything_waits_on()
    {
        _scene.Terms("cup", backorderLimit: 9);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(5));
        _scene.Commit();

        _scene.Reserve(1, ShortagePolicy.Partial, Cups(5)).State.Should().Be(ReservationState.Backordered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S13_The_movement_says_as_what_its_actor_cancelled_whatever_the_name(bool byOperator)
    {
        var type = byOperator ? ActorType.Operator : ActorType.Customer;
        _scene.Stock("cup", 9).Reserve(1, Cups(3));
        _scene.Commit();

        _scene.Run(key => new ReleaseUnitsCommand(key, [1], Id(1), 1, [Cups(1)], "alice") { ActorType = type });

        _scene
            .Transaction.Stock.Ledger[^1]
            .Row.Cause.Should()
            .BeEquivalentTo(new { Actor = "alice", ActorType = type });
    }

    private IReadOnlyList<AllocationPart> Released(int order, params OrderedUnits[] lines)
    {
        var outcome = _scene.Run(key => new ReleaseUnitsCommand(key, [1], Id(order), 1, lines, "alice"));
        outcome.Refusal.Should().BeNull();
        return JsonSerializer
            .Deserialize<StockResponses.ReleasedUnitsResponse>(outcome.Body, StockResponses.Json)!
            .Lines;
    }
}
