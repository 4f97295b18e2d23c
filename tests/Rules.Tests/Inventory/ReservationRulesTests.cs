using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Reservations of orders under each shortage policy, limits per customer, and releases.</summary>
public sealed class ReservationRulesTests
{
    private readonly StockScene _scene = new();

    [Fact]
    public void An_order_is_allocated_once_and_a_repeated_request_returns_the_same_state()
    {
        _scene.Stock("cup", 5);

        var outcome = _scene.Reserve(1, Cups(2));

        (outcome.State, outcome.PromisedAt).Should().Be((ReservationState.Allocated, null));
        _scene.Reserve(1, Cups(2)).Should().BeEquivalentTo(outcome);
        _scene.Movements.Should().Equal((MovementKind.Allocated, "cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Allocated: 2));
    }

    [Fact]
    public void An_order_that_is_out_of_stock_publishes_its_shortages_and_allocates_nothing()
    {
        _scene.Stock("cup", 2).Stock("tea", 9);

        var outcome = _scene.Reserve(1, Cups(3), Teas(1));

        outcome.State.Should().Be(ReservationState.OutOfStock);
        outcome.Shortages.Should().Equal(new Shortage("cup", 3, 2));
        _scene.Movements.Should().BeEmpty();
        var published = _scene.Transaction.Events.Single();
        (published.Type, published.Subject).Should().Be((EventTypes.StockRefused, Id(1).ToString()));
        _scene.Published<StockRefused>().Single().Shortages.Should().Equal(new Shortage("cup", 3, 2));
    }

    [Theory]
    [InlineData("alice", 3, ReservationState.Allocated)]
    [InlineData("alice", 4, ReservationState.LimitExceeded)]
    [InlineData(null, 4, ReservationState.Allocated)]
    public void A_customer_may_order_up_to_the_limit(string? customer, int units, ReservationState expected)
    {
        _scene.Terms("tea", maxPerCustomer: 3).Stock("tea", 9);

        var outcome = _scene.Reserve(new ReserveOrder(Id(1), [Teas(units)], customer));

        outcome.State.Should().Be(expected);
        if (expected == ReservationState.LimitExceeded)
            outcome.Shortages.Should().Equal(new Shortage("tea", 4, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Orders_of_one_customer_count_together_towards_the_limit(bool committed)
    {
        _scene.Terms("tea", maxPerCustomer: 5).Stock("tea", 20);
        _scene.Reserve(1, Teas(3));
        if (committed)
            _scene.Commit();

        _scene.Reserve(2, Teas(3)).Shortages.Should().Equal(new Shortage("tea", 3, 2));
        _scene.Reserve(3, Teas(2)).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public void A_hold_over_two_locations_covers_the_order_with_the_units_of_both()
    {
        _scene.Stock("cup", Main, 2).Stock("cup", North, 2);
        _scene.Hold(1, "alice", Cups(4));
        _scene.Receive("cup", 1);
        _scene.Commit();

        _scene.ReserveHeld(5, 1, Cups(5)).State.Should().Be(ReservationState.Allocated);

        _scene
            .Movements.Should()
            .Equal((MovementKind.Allocated, "cup", Main, 3), (MovementKind.Allocated, "cup", North, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 3, Allocated: 3));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 2, Allocated: 2));
    }

    [Fact]
    public void Movements_are_ordered_by_item_and_location_whatever_the_priorities()
    {
        _scene.Stock("cup", Main, 1, priority: 9).Stock("cup", North, 1, priority: 1).Stock("tea", 3);
        _scene.Hold(1, "alice", Cups(1));
        _scene.Commit();

        _scene.ReserveHeld(5, 1, Teas(3), Cups(2));

        _scene.Rows.Select(r => (r.Sku, r.Location)).Should().Equal(("cup", Main), ("cup", North), ("tea", Main));
    }

    [Theory]
    [InlineData(ShortagePolicy.Partial, ReservationState.Allocated)]
    [InlineData(ShortagePolicy.Ask, ReservationState.Undecided)]
    public void A_partial_shortage_reports_how_many_units_the_order_can_get(
        ShortagePolicy policy,
        ReservationState expected
    )
    {
        _scene.Stock("cup", 3);

        var outcome = _scene.Reserve(1, policy, Cups(5));

        outcome.State.Should().Be(expected);
        outcome.Shortages.Should().Equal(new Shortage("cup", 5, 3));
        _scene.At("cup").Allocated.Should().Be(expected == ReservationState.Allocated ? 3 : 0);
    }

    [Fact]
    public void An_undecided_order_is_decided_by_its_next_request()
    {
        _scene.Stock("cup", 3);
        _scene.Reserve(1, ShortagePolicy.Ask, Cups(5));

        _scene.Reserve(1, ShortagePolicy.Partial, Cups(5)).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public void A_partial_order_gets_what_there_is_of_each_item()
    {
        _scene.Stock("cup", 1).Stock("tea", 1);

        var outcome = _scene.Reserve(1, ShortagePolicy.Partial, Cups(3), Teas(3));

        outcome.State.Should().Be(ReservationState.Allocated);
        outcome.Shortages.Should().Equal(new Shortage("cup", 3, 1), new Shortage("tea", 3, 1));
        _scene.Transaction.Backorders.Should().BeEmpty();
    }

    [Fact]
    public void A_partial_order_that_would_get_nothing_is_out_of_stock()
    {
        var outcome = _scene.Reserve(1, ShortagePolicy.Partial, Cups(1), Teas(1));

        outcome.State.Should().Be(ReservationState.OutOfStock);
        outcome.Shortages.Should().Equal(new Shortage("cup", 1, 0), new Shortage("tea", 1, 0));
    }

    [Theory]
    [InlineData(3, ReservationState.Allocated)]
    [InlineData(4, ReservationState.LimitExceeded)]
    public void A_partial_order_counts_only_the_units_that_it_got_towards_the_limit(
        int units,
        ReservationState expected
    )
    {
        _scene.Terms("tea", maxPerCustomer: 5).Stock("tea", 2);
        _scene.Reserve(1, ShortagePolicy.Partial, Teas(3));
        _scene.Receive("tea", 9);

        _scene.Reserve(2, Teas(units)).State.Should().Be(expected);
    }

    [Theory]
    [InlineData(2, ReservationState.Allocated)]
    [InlineData(3, ReservationState.LimitExceeded)]
    public void A_backordered_order_counts_all_of_its_units_towards_the_limit(int units, ReservationState expected)
    {
        _scene.Terms("tea", backorderLimit: 9, maxPerCustomer: 5).Stock("tea", 1);
        _scene.Reserve(1, ShortagePolicy.Backorder, Teas(3)).State.Should().Be(ReservationState.Backordered);
        _scene.Receive("tea", 9);

        _scene.Reserve(2, Teas(units)).State.Should().Be(expected);
    }

    [Fact]
    public void A_backordered_order_gets_the_available_units_now_and_waits_for_the_rest()
    {
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", 2).Expect("cup", days: 3, units: 5);

        var outcome = _scene.Reserve(1, ShortagePolicy.Backorder, Cups(5));

        (outcome.State, outcome.PromisedAt).Should().Be((ReservationState.Backordered, Noon.AddDays(3)));
        outcome.Shortages.Should().BeEmpty();
        _scene.Movements.Should().Equal((MovementKind.Allocated, "cup", Main, 2));
        var backorder = _scene.Transaction.Backorders.Values.Single();
        (backorder.Sku, backorder.Quantity, backorder.Filled, backorder.State)
            .Should()
            .Be(("cup", 3, 0, BackorderState.Open));
    }

    [Fact]
    public void An_order_waits_only_if_each_missing_item_may_be_backordered()
    {
        _scene.Terms("cup", backorderLimit: 9);

        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(1), Teas(1)).State.Should().Be(ReservationState.OutOfStock);
        _scene.Transaction.Backorders.Should().BeEmpty();
    }

    [Fact]
    public void A_backordered_order_is_allocated_when_its_last_backorder_is_filled()
    {
        _scene.Terms("cup", backorderLimit: 9).Terms("tea", backorderLimit: 9);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(1), Teas(1));
        _scene.Reserve(2, ShortagePolicy.Backorder, Cups(1));
        _scene.Commit();

        _scene.Receive("cup", 1);
        _scene.Reserve(1, Cups(1), Teas(1)).State.Should().Be(ReservationState.Backordered);
        _scene.Receive("tea", 1);
        _scene.Reserve(1, Cups(1), Teas(1)).State.Should().Be(ReservationState.Allocated);

        _scene.Transaction.Reservations[Id(1)].State.Should().Be(ReservationState.Allocated);
        _scene.Reserve(2, Cups(1)).State.Should().Be(ReservationState.Backordered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_released_order_returns_its_units(bool committed)
    {
        _scene.Stock("cup", 5);
        _scene.Reserve(1, Cups(2));
        _scene.Reserve(2, Cups(1));
        if (committed)
            _scene.Commit();

        _scene.Release(1);

        var last = _scene.Rows.Last();
        (last.Kind, last.Quantity, last.Cause.Id, last.Cause.Actor)
            .Should()
            .Be((MovementKind.Released, -2, Id(1).ToString(), "saga"));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Allocated: 1));
        _scene.Reserve(1, Cups(2)).State.Should().Be(ReservationState.Released);
    }

    [Fact]
    public void An_order_is_released_once_and_a_released_unknown_order_is_refused_later()
    {
        _scene.Stock("cup", 5);
        _scene.Reserve(1, Cups(2));
        _scene.Release(1);
        _scene.Release(1);
        _scene.Release(2);

        _scene.Movements.Select(m => m.Quantity).Should().Equal(2, -2);
        _scene.Reserve(2, Cups(1)).State.Should().Be(ReservationState.Released);
    }

    [Theory]
    [InlineData(5, ReservationState.Allocated)]
    [InlineData(6, ReservationState.LimitExceeded)]
    public void A_release_returns_allocated_and_waiting_units_to_the_customers_limit(
        int units,
        ReservationState expected
    )
    {
        _scene.Terms("tea", backorderLimit: 9, maxPerCustomer: 5).Stock("tea", 2);
        _scene.Reserve(1, ShortagePolicy.Backorder, Teas(5));
        _scene.Release(1);
        _scene.Receive("tea", 9);

        _scene.Transaction.Backorders.Values.Single().State.Should().Be(BackorderState.Cancelled);
        _scene.Reserve(2, Teas(units)).State.Should().Be(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_release_returns_only_units_that_were_not_shipped(bool committed)
    {
        _scene.Stock("cup", 9);
        _scene.Reserve(1, Cups(3));
        _scene.Reserve(2, Cups(3));
        _scene.Ship(1, new ShippedUnits("cup", 1));
        if (committed)
            _scene.Commit();

        _scene.Release(1);
        _scene.Release(2);

        _scene.Movements.Where(m => m.Kind == MovementKind.Released).Select(m => m.Quantity).Should().Equal(-2, -3);
        _scene.At("cup").Should().Be(new Quantities(OnHand: 8));
    }

    [Fact]
    public void The_release_of_a_shipped_order_writes_no_movement()
    {
        _scene.Stock("cup", 9);
        _scene.Reserve(1, Cups(3));
        _scene.Ship(1);

        _scene.Release(1);

        _scene.Movements.Should().NotContain(m => m.Kind == MovementKind.Released);
    }

    [Fact]
    public void A_release_returns_the_units_of_an_orders_first_and_later_allocations_together()
    {
        _scene.Terms("cup", backorderLimit: 9).Stock("cup", 2);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(3));
        _scene.Receive("cup", 1);

        _scene.Release(1);

        _scene
            .Movements.Where(m => m.Kind == MovementKind.Released)
            .Should()
            .Equal((MovementKind.Released, "cup", Main, -3));
    }
}
