using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Backorders and waitlists: their order, their dates, and what they get when units arrive.</summary>
public sealed class WaitingRulesTests
{
    private readonly StockScene _scene = new StockScene()
        .Terms("cup", backorderLimit: 9)
        .Terms("tea", backorderLimit: 9);

    [Fact]
    public void A_backorder_gets_the_units_that_arrive_and_no_more_than_it_waits_for()
    {
        Backorder(1, Cups(3));
        _scene.Commit();

        _scene.Receive("cup", 1);
        _scene.Receive("cup", 5);

        _scene
            .Rows.Where(r => r.Kind == MovementKind.Allocated)
            .Select(r => (r.Quantity, r.Step, r.Cause.Id, r.Cause.Actor))
            .Should()
            .Equal((1, 1, Id(1).ToString(), "queue"), (2, 2, Id(1).ToString(), "queue"));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 6, Allocated: 3));
        _scene
            .Published<BackorderFilled>()
            .Should()
            .Equal(new BackorderFilled(Id(1), "cup", 1, 2), new BackorderFilled(Id(1), "cup", 2, 0));
    }

    [Fact]
    public void An_order_is_resumed_when_its_backorder_is_filled_wholly()
    {
        Backorder(1, Cups(3));
        _scene.Commit();

        _scene.Receive("cup", 2);
        _scene.Transaction.FilledOrders.Should().BeEmpty();
        State(1).Should().Be((2, BackorderState.Open));

        _scene.Receive("cup", 1);
        _scene.Transaction.FilledOrders.Should().Equal(Id(1));
        State(1).Should().Be((3, BackorderState.Filled));
    }

    [Fact]
    public void Backorders_are_filled_by_order_number()
    {
        Backorder(2, Cups(1));
        Backorder(1, Cups(1));
        Backorder(3, Cups(1));

        _scene.Receive("cup", 2);

        _scene.Published<BackorderFilled>().Select(b => b.OrderId).Should().Equal(Id(1), Id(2));
    }

    [Fact]
    public void Backorders_are_filled_before_the_waitlist_gets_an_offer()
    {
        _scene.Join(1, "cup", "bob", 1);
        Backorder(1, Cups(2));

        _scene.Receive("cup", 2);
        _scene.Published<WaitlistOffered>().Should().BeEmpty();
        _scene.Receive("cup", 1);
        _scene.Published<WaitlistOffered>().Single().Customer.Should().Be("bob");
    }

    [Fact]
    public void Items_are_served_in_the_order_of_their_skus()
    {
        Backorder(1, Cups(1), Teas(1));

        _scene.Return(
            9,
            new ReturnedUnits("tea", 1, Disposition.Restock, Main),
            new ReturnedUnits("cup", 1, Disposition.Restock, Main)
        );

        _scene.Published<BackorderFilled>().Select(b => b.Sku).Should().Equal("cup", "tea");
    }

    [Theory]
    [InlineData(6, ReservationState.Backordered)]
    [InlineData(7, ReservationState.OutOfStock)]
    public void Backorders_of_an_item_may_reach_its_limit_together(int units, ReservationState expected)
    {
        Backorder(1, Cups(3));

        _scene.Reserve(2, ShortagePolicy.Backorder, Cups(units)).State.Should().Be(expected);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 2)]
    [InlineData(6, null)]
    public void A_backorder_is_promised_for_the_receipt_that_covers_its_last_unit(int units, int? day)
    {
        _scene.Expect("tea", days: 0, units: 9).Expect("cup", days: 1, units: 2).Expect("cup", days: 2, units: 3);

        Backorder(1, Cups(units)).Should().Be(day is { } days ? Noon.AddDays(days) : null);
    }

    [Fact]
    public void The_promised_date_counts_the_units_of_earlier_orders_only()
    {
        _scene.Expect("cup", days: 1, units: 2).Expect("cup", days: 2, units: 2);

        Backorder(2, Cups(2)).Should().Be(Noon.AddDays(1));
        Backorder(3, Cups(1)).Should().Be(Noon.AddDays(2));
        Backorder(1, Cups(2)).Should().Be(Noon.AddDays(1));
    }

    [Fact]
    public void An_order_is_promised_for_the_last_date_of_its_items()
    {
        _scene.Expect("cup", days: 1, units: 2).Expect("tea", days: 2, units: 2);
        Backorder(9, Cups(5)).Should().BeNull();

        Backorder(1, Cups(1), Teas(1)).Should().Be(Noon.AddDays(2));
    }

    [Fact]
    public void An_order_has_no_date_where_one_of_its_items_has_none()
    {
        _scene.Expect("cup", days: 1, units: 2);

        Backorder(1, Cups(1), Teas(1)).Should().BeNull();
    }

    [Fact]
    public void Releasing_an_order_cancels_its_own_backorders_only()
    {
        Backorder(1, Cups(1));
        Backorder(2, Cups(1));
        _scene.Commit();

        _scene.Release(1);

        _scene.Transaction.Backorders.Keys.Should().Equal((Id(1), "cup"));
        State(1).Should().Be((0, BackorderState.Cancelled));
        _scene.Receive("cup", 1);
        _scene.Published<BackorderFilled>().Single().OrderId.Should().Be(Id(2));
    }

    [Fact]
    public void A_customer_joins_the_end_of_the_waitlist()
    {
        Joined(_scene.Join(1, "cup", "alice", 2))
            .Should()
            .Be(new StockResponses.WaitlistResponse(Id(1), "cup", 2, WaitlistEntryState.Waiting, 1));
        _scene.Join(3, "tea", "carol", 1);

        Joined(_scene.Join(2, "cup", "bob", 1)).Position.Should().Be(2);
        _scene.Transaction.Waitlist[Id(2)].State.Should().Be(WaitlistEntryState.Waiting);
    }

    [Fact]
    public void A_customer_who_joins_while_units_are_available_gets_an_offer_at_once()
    {
        _scene.Stock("cup", 5);
        _scene.Join(3, "tea", "bob", 1);

        var joined = Joined(_scene.Join(1, "cup", "alice", 2));

        (joined.State, joined.Position).Should().Be((WaitlistEntryState.Offered, 0));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Held: 2));
    }

    [Fact]
    public void Customers_with_an_offer_do_not_count_for_the_position()
    {
        _scene.Stock("cup", 1);
        _scene.Join(1, "cup", "alice", 1);

        Joined(_scene.Join(2, "cup", "bob", 1)).Position.Should().Be(1);
    }

    [Fact]
    public void A_customer_is_on_the_waitlist_of_an_item_once()
    {
        _scene.Join(1, "cup", "alice", 1).Refusal.Should().BeNull();
        _scene.Join(2, "cup", "bob", 1).Refusal.Should().BeNull();
        _scene.Join(3, "tea", "alice", 1).Refusal.Should().BeNull();

        Problem(_scene.Join(4, "cup", "alice", 1))
            .Should()
            .Be(("already-exists", "The waitlist entry for 'cup' already exists."));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void A_waitlist_entry_may_reach_the_limit_per_customer(int units, bool accepted)
    {
        _scene.Terms("tea", maxPerCustomer: 3);

        var outcome = _scene.Join(1, "tea", "alice", units);

        (outcome.Refusal is null).Should().Be(accepted);
        if (!accepted)
            Problem(outcome).Should().Be(("limit-exceeded", "A customer may buy at most 3 units of 'tea'."));
    }

    [Fact]
    public void A_service_has_no_waitlist() =>
        Problem(_scene.Join(1, "postage", "alice", 1)).Type.Should().Be("never-stocked");

    [Fact]
    public void An_offer_holds_the_wanted_units_for_fifteen_minutes()
    {
        _scene.Join(1, "cup", "alice", 2);
        _scene.Receive("cup", 5);

        var offer = _scene.OfferTo("alice");
        (offer.EntryId, offer.ExpiresAt).Should().Be((Id(1), Noon.AddMinutes(15)));
        offer.Lines.Should().Equal(new HoldLine("cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Held: 2));
        _scene
            .Published<WaitlistOffered>()
            .Should()
            .Equal(new WaitlistOffered(offer.Id, Id(1), "cup", "alice", 2, Noon.AddMinutes(15)));
        _scene.Transaction.Events.Single(e => e.Data is WaitlistOffered).Subject.Should().Be(offer.Id.ToString());
        var held = _scene.Rows.Single(r => r.Kind == MovementKind.Held);
        (held.Cause.Id, held.Cause.Actor).Should().Be((offer.Id.ToString(), "queue"));
    }

    [Fact]
    public void Fewer_units_than_wanted_are_offered_as_well()
    {
        _scene.Join(1, "cup", "alice", 3);

        _scene.Receive("cup", 1);

        _scene.Published<WaitlistOffered>().Single().Quantity.Should().Be(1);
        _scene.Transaction.Waitlist[Id(1)].State.Should().Be(WaitlistEntryState.Offered);
    }

    [Fact]
    public void The_first_of_the_waitlist_gets_the_first_offer()
    {
        _scene.Join(2, "cup", "bob", 1);
        _scene.Commit();
        _scene.Join(1, "cup", "alice", 1);
        _scene.Commit();

        _scene.Receive("cup", 1);

        _scene.Published<WaitlistOffered>().Single().Customer.Should().Be("bob");
    }

    [Fact]
    public void Units_of_an_item_are_offered_to_its_own_waitlist_only()
    {
        _scene.Join(1, "cup", "alice", 1);

        _scene.Receive("tea", 1);

        _scene.Published<WaitlistOffered>().Should().BeEmpty();
        _scene.At("tea").Should().Be(new Quantities(OnHand: 1));
    }

    [Fact]
    public void A_customer_who_left_the_waitlist_gets_no_offer_and_may_join_again()
    {
        _scene.Join(2, "cup", "bob", 1);
        _scene.Join(1, "cup", "alice", 2);

        Joined(_scene.Leave("cup", "alice"))
            .Should()
            .Be(new StockResponses.WaitlistResponse(Id(1), "cup", 2, WaitlistEntryState.Left, 0));

        _scene.Transaction.Waitlist[Id(1)].State.Should().Be(WaitlistEntryState.Left);
        _scene.Receive("cup", 5);
        _scene.Published<WaitlistOffered>().Single().Customer.Should().Be("bob");
        _scene.Join(3, "cup", "alice", 1).Refusal.Should().BeNull();
    }

    [Fact]
    public void A_customer_who_does_not_wait_cannot_leave()
    {
        _scene.Join(1, "cup", "bob", 1);
        _scene.Join(2, "tea", "alice", 1);

        Problem(_scene.Leave("cup", "alice")).Should().Be(("not-found", "Waitlist entry for 'cup' was not found."));
    }

    [Fact]
    public void A_customer_with_an_offer_cannot_leave()
    {
        _scene.Stock("cup", 1);
        _scene.Join(1, "cup", "alice", 1);

        Problem(_scene.Leave("cup", "alice"))
            .Should()
            .Be(("already-ended", "The waitlist entry for 'cup' is offered and can no longer be changed."));
    }

    private DateTimeOffset? Backorder(int order, params OrderedUnits[] lines)
    {
        var outcome = _scene.Reserve(order, ShortagePolicy.Backorder, lines);
        outcome.State.Should().Be(ReservationState.Backordered);
        return outcome.PromisedAt;
    }

    private (int Filled, BackorderState State) State(int order)
    {
        var backorder = _scene.Transaction.Backorders[(Id(order), "cup")];
        return (backorder.Filled, backorder.State);
    }

    private static StockResponses.WaitlistResponse Joined(CommandOutcome outcome) =>
        JsonSerializer.Deserialize<StockResponses.WaitlistResponse>(outcome.Body, StockResponses.Json)!;
}
