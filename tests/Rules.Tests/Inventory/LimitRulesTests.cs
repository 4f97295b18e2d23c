using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>The limit per customer: one sum over orders, holds and offers, less what came back. Here it is 2.</summary>
public sealed class LimitRulesTests
{
    private readonly StockScene _scene = new StockScene().Terms("cup", backorderLimit: 10, maxPerCustomer: 2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_order_that_does_not_name_the_customers_hold_is_counted_with_it(bool committed)
    {
        _scene.Stock("cup", 9).Hold(1, "alice", Cups(2));
        if (committed)
            _scene.Commit();

        _scene.Reserve(1, Cups(1)).State.Should().Be(ReservationState.LimitExceeded);
        _scene.ReserveHeld(2, 1, Cups(2)).State.Should().Be(ReservationState.Allocated, "the order uses the hold");
    }

    [Fact]
    public void An_order_may_have_what_it_takes_from_its_hold_and_what_is_left_of_the_limit()
    {
        _scene.Stock("cup", 9).Hold(1, "alice", Cups(1));

        var refused = _scene.ReserveHeld(1, 1, Cups(3));
        (refused.State, refused.Shortages.Single().Available).Should().Be((ReservationState.LimitExceeded, 2));
        _scene.ReserveHeld(2, 1, Cups(2)).State.Should().Be(ReservationState.Allocated);
        Problem(_scene.Hold(2, "alice", Cups(1))).Type.Should().Be("limit-exceeded");
    }

    [Fact]
    public void Units_that_came_back_may_be_bought_again()
    {
        _scene.Stock("cup", 9).Reserve(1, Cups(2));
        _scene.Ship(1);
        _scene.Reserve(2, Cups(1)).State.Should().Be(ReservationState.LimitExceeded);
        _scene.Return(1, new ReturnedUnits("cup", 1, Disposition.Discard, Main)).Refusal.Should().BeNull();
        _scene.Commit();

        _scene.Reserve(3, Cups(2)).State.Should().Be(ReservationState.LimitExceeded);
        _scene.Reserve(4, Cups(1)).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public void Who_is_at_the_limit_is_offered_nothing_and_the_next_in_line_is()
    {
        _scene.Join(1, "cup", "alice", 2);
        _scene.Join(2, "cup", "bob", 2);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(1));
        _scene.Commit().Receive("cup", 5);

        (Offered("alice"), Offered("bob")).Should().Be((1, 2), "alice has one unit on backorder");
        _scene.Commit().Receive("cup", 5);
        (Offered("alice"), Offered("bob")).Should().Be((1, 2));
    }

    [Fact]
    public void Who_has_come_below_the_limit_again_is_offered_what_is_there()
    {
        _scene.Join(1, "cup", "alice", 2);
        _scene.Reserve(1, ShortagePolicy.Backorder, Cups(2));
        _scene.Commit().Receive("cup", 5);
        _scene.Transaction.Holds.Should().BeEmpty();
        _scene.Ship(1);
        _scene.Commit().Return(1, new ReturnedUnits("cup", 1, Disposition.Restock, Main));

        Offered("alice").Should().Be(1);
    }

    [Fact]
    public void Nobody_waits_for_more_than_the_limit_still_allows()
    {
        _scene.Stock("cup", 1).Reserve(1, Cups(1));

        Problem(_scene.Join(1, "cup", "alice", 2))
            .Should()
            .Be(("limit-exceeded", "A customer may buy at most 2 units of 'cup'."));
        _scene.Join(2, "cup", "alice", 1).Refusal.Should().BeNull();
    }

    private long Offered(string customer) =>
        _scene
            .Transaction.Holds.Values.Concat(_scene.Tables.Holds.Values)
            .DistinctBy(h => h.Id)
            .Where(h => h.Customer == customer && h.State == HoldState.Active)
            .Sum(h => h.Lines.Sum(l => l.Quantity));
}
