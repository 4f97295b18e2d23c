using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using static DaprShop.Rules.Tests.Inventory.StockScene;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Holds and offers: placed, extended, claimed, released, expired, and used by an order.</summary>
public sealed class HoldRulesTests
{
    private readonly StockScene _scene = new();

    [Fact]
    public void A_hold_moves_available_units_to_held()
    {
        _scene.Stock("cup", 5);

        _scene.Hold(1, "alice", Cups(2)).Refusal.Should().BeNull();

        _scene.Movements.Should().Equal((MovementKind.Held, "cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5, Held: 2));
        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Active);
        var moved = _scene.Published<StockMoved>().Single();
        (moved.Kind, moved.Cause, moved.Actor).Should().Be(("held", Id(1).ToString(), "alice"));
    }

    [Fact]
    public void A_hold_that_an_order_names_and_does_not_use_stays()
    {
        _scene.Stock("cup", 2).Stock("tea", 2).Hold(1, "alice", Cups(2));

        _scene.ReserveHeld(1, 1, Teas(1)).State.Should().Be(ReservationState.Allocated);

        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Active);
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2, Held: 2));
    }

    [Fact]
    public void A_hold_that_is_used_in_part_keeps_the_rest_until_it_ends()
    {
        _scene.Stock("cup", 3).Stock("tea", 2).Hold(1, "alice", Cups(3), Teas(1));

        _scene.ReserveHeld(1, 1, Cups(2)).State.Should().Be(ReservationState.Allocated);
        _scene.Commit();
        _scene.At("cup").Should().Be(new Quantities(OnHand: 3, Allocated: 2, Held: 1));
        _scene.ReserveHeld(2, 1, Cups(1)).State.Should().Be(ReservationState.Allocated);
        _scene.Commit(minutes: 11);

        (_scene.At("cup"), _scene.At("tea"))
            .Should()
            .Be((new Quantities(OnHand: 3, Allocated: 3), new Quantities(OnHand: 2)), "the rest expires by the clock");
        _scene.Movements.Should().Equal((MovementKind.Expired, "tea", Main, -1));
    }

    [Fact]
    public void A_hold_whose_units_are_all_used_is_committed()
    {
        _scene.Stock("cup", 3).Hold(1, "alice", Cups(3));
        _scene.ReserveHeld(1, 1, Cups(2));
        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Active);

        _scene.ReserveHeld(2, 1, Cups(1));

        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Committed);
        Problem(_scene.ReleaseHold(Id(1), "alice")).Type.Should().Be("already-ended");
    }

    [Fact]
    public void A_hold_may_cover_all_available_units()
    {
        _scene.Stock("cup", 2);

        _scene.Hold(1, "alice", Cups(2)).Refusal.Should().BeNull();
    }

    [Fact]
    public void A_hold_of_more_units_than_are_available_is_refused_with_both_numbers()
    {
        _scene.Stock("cup", 2);

        Problem(_scene.Hold(1, "alice", Cups(3)))
            .Should()
            .Be(("out-of-stock", "Only 2 units of 'cup' are available; 3 were requested."));
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void A_hold_of_a_service_or_an_unknown_item_is_refused()
    {
        Problem(_scene.Hold(1, "alice", new OrderedUnits("postage", 1)))
            .Should()
            .Be(("never-stocked", "'postage' is a service: it is sold, but never stocked."));
        Problem(_scene.Hold(1, "alice", new OrderedUnits("saucer", 1))).Type.Should().Be("unknown-sku");
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void One_hold_may_reach_the_limit_per_customer(int units, bool accepted)
    {
        _scene.Terms("tea", maxPerCustomer: 3).Stock("tea", 10);

        (_scene.Hold(1, "alice", Teas(units)).Refusal is null).Should().Be(accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Holds_of_one_customer_count_together_towards_the_limit(bool committed)
    {
        _scene.Terms("tea", maxPerCustomer: 3).Stock("tea", 10);
        _scene.Hold(1, "alice", Teas(2)).Refusal.Should().BeNull();
        if (committed)
            _scene.Commit();

        Problem(_scene.Hold(2, "alice", Teas(2)))
            .Should()
            .Be(("limit-exceeded", "A customer may buy at most 3 units of 'tea'."));
        _scene.Hold(3, "alice", Teas(1)).Refusal.Should().BeNull();
        _scene.Hold(4, "bob", Teas(3)).Refusal.Should().BeNull();
    }

    [Fact]
    public void A_released_hold_no_longer_counts_towards_the_limit()
    {
        _scene.Terms("tea", maxPerCustomer: 3).Stock("tea", 10);
        _scene.Hold(1, "alice", Teas(3));
        _scene.ReleaseHold(Id(1), "alice");

        _scene.Hold(2, "alice", Teas(3)).Refusal.Should().BeNull();
    }

    [Fact]
    public void Extending_a_hold_changes_its_end_only()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));
        var before = _scene.Commit().Tables.Holds[Id(1)];

        _scene.Extend(Id(1), "alice", Noon.AddMinutes(30)).Refusal.Should().BeNull();

        _scene.Transaction.Holds[Id(1)].Should().Be(before with { ExpiresAt = Noon.AddMinutes(30) });
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void A_hold_is_visible_to_its_owner_and_to_operators_only()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));

        Problem(_scene.Extend(Id(1), "bob", Noon.AddMinutes(30)))
            .Should()
            .Be(("not-found", $"Hold {Id(1)} was not found."));
        Problem(_scene.ReleaseHold(Id(1), "bob")).Should().Be(("not-found", $"Hold {Id(1)} was not found."));
        _scene.Extend(Id(1), null, Noon.AddMinutes(30)).Refusal.Should().BeNull();
        _scene.ReleaseHold(Id(1), null).Refusal.Should().BeNull();
    }

    [Fact]
    public void An_expired_hold_can_neither_be_extended_nor_released()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));
        _scene.Commit(minutes: 10);

        var expected = ("already-ended", $"The hold {Id(1)} is expired and can no longer be changed.");
        Problem(_scene.Extend(Id(1), "alice", Noon.AddMinutes(30))).Should().Be(expected);
        Problem(_scene.ReleaseHold(Id(1), "alice")).Should().Be(expected);
    }

    [Fact]
    public void An_offer_cannot_be_extended()
    {
        var offer = Offer(2);

        Problem(_scene.Extend(offer.Id, "alice", Noon.AddMinutes(30)))
            .Should()
            .Be(("already-ended", $"The hold {offer.Id} is offered and can no longer be changed."));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void A_claimed_hold_stands_until_the_saga_of_its_order_has_used_it(int minutes)
    {
        _scene.Stock("cup", 2).Hold(1, "alice", Cups(2));
        Claimed(_scene.Claim(Id(1), "alice", order: 5)).OrderId.Should().Be(Id(5));
        _scene.Commit(minutes);

        _scene.Reserve(1, Cups(1)).State.Should().Be(ReservationState.OutOfStock, "the units are held");
        _scene.ReserveHeld(5, 1, Cups(2)).State.Should().Be(ReservationState.Allocated);
        _scene.Transaction.Holds[Id(1)].IsClaimed.Should().BeFalse();
    }

    [Fact]
    public void What_the_order_leaves_of_a_hold_whose_time_has_passed_is_free_at_once()
    {
        _scene.Stock("cup", 3).Hold(1, "alice", Cups(3));
        _scene.Claim(Id(1), "alice", order: 5);
        _scene.Commit(minutes: 60);

        _scene.ReserveHeld(5, 1, Cups(2));

        _scene.At("cup").Should().Be(new Quantities(OnHand: 3, Allocated: 2));
        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Expired);
    }

    [Fact]
    public void A_hold_whose_time_has_passed_stands_only_for_the_orders_that_claimed_it()
    {
        _scene.Stock("cup", 2).Hold(1, "alice", Cups(2));
        _scene.Claim(Id(1), "alice", order: 5);
        _scene.Commit(minutes: 60);

        _scene.ReserveHeld(6, 1, Cups(1)).State.Should().Be(ReservationState.OutOfStock);
        Problem(_scene.Claim(Id(1), "alice", order: 7)).Type.Should().Be("already-ended");
        Problem(_scene.Extend(Id(1), "alice", Noon.AddHours(2))).Type.Should().Be("already-ended");
    }

    [Theory]
    [InlineData(0, "Active")]
    [InlineData(60, "Expired")]
    public void The_release_of_its_order_ends_a_claim_and_the_hold_where_its_time_has_passed(
        int minutes,
        string expected
    )
    {
        _scene.Stock("cup", 2).Hold(1, "alice", Cups(2));
        _scene.Claim(Id(1), "alice", order: 5);
        _scene.Commit(minutes);

        _scene.Release(5);

        (_scene.Transaction.Holds[Id(1)].IsClaimed, _scene.Transaction.Holds[Id(1)].State.ToString())
            .Should()
            .Be((false, expected));
    }

    [Fact]
    public void A_claim_for_an_order_that_does_not_wait_for_stock_is_ended_and_others_stand()
    {
        _scene.Stock("cup", 4).Hold(1, "alice", Cups(2));
        _scene.Hold(2, "alice", Cups(2));
        _scene.Claim(Id(1), "alice", order: 5);
        _scene.Claim(Id(2), "alice", order: 6);
        _scene.Commit(minutes: 60);

        _scene.Transaction.Decide(new ReviewClaimsCommand([Id(1), Id(2)], [Id(5)]));

        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Expired);
        _scene.Transaction.Holds[Id(2)].State.Should().Be(HoldState.Active);
        _scene.Transaction.Holds[Id(2)].ClaimedAt.Should().Be(Noon.AddMinutes(60), "it is asked about later again");
    }

    [Fact]
    public void A_hold_that_two_orders_have_claimed_stands_until_both_have_used_it()
    {
        _scene.Stock("cup", 2).Hold(1, "alice", Cups(2));
        _scene.Claim(Id(1), "alice", order: 5);
        _scene.Claim(Id(1), "alice", order: 6);
        _scene.Commit(minutes: 60);

        _scene.ReserveHeld(5, 1, Cups(1)).State.Should().Be(ReservationState.Allocated);
        _scene.ReserveHeld(6, 1, Cups(1)).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public void A_claimed_hold_is_not_released_before_its_order_has_used_it()
    {
        _scene.Stock("cup", 2).Hold(1, "alice", Cups(2));
        _scene.Claim(Id(1), "alice", order: 5);

        Problem(_scene.ReleaseHold(Id(1), "alice")).Type.Should().Be("hold-in-use");
        _scene.ReserveHeld(5, 1, Cups(1));
        _scene.ReleaseHold(Id(1), "alice").Refusal.Should().BeNull();
    }

    [Fact]
    public void A_claimed_offer_reports_the_units_of_all_locations_together()
    {
        _scene.Join(1, "cup", "alice", 3);
        _scene.Run(key => new BookCommand(
            key,
            [1],
            MovementKind.Received,
            key,
            "olga",
            null,
            [new StockLine("cup", Main, 2), new StockLine("cup", North, 1)]
        ));

        Claimed(_scene.Claim(_scene.OfferTo("alice").Id, "alice", offerOnly: true)).Lines.Should().Equal(Cups(3));
    }

    [Fact]
    public void Only_an_offer_of_the_customer_can_be_claimed()
    {
        var offer = Offer(2);
        _scene.Receive("cup", 2);
        _scene.Hold(7, "alice", Cups(1));

        Problem(_scene.Claim(Id(7), "alice", offerOnly: true))
            .Should()
            .Be(("not-found", $"Offer {Id(7)} was not found."));
        Problem(_scene.Claim(offer.Id, "bob", offerOnly: true))
            .Should()
            .Be(("not-found", $"Offer {offer.Id} was not found."));
    }

    [Fact]
    public void An_expired_offer_cannot_be_claimed()
    {
        var offer = Offer(2);
        _scene.Commit(minutes: 15);

        Problem(_scene.Claim(offer.Id, "alice", offerOnly: true))
            .Should()
            .Be(("already-ended", $"The offer {offer.Id} is expired and can no longer be changed."));
    }

    [Fact]
    public void Releasing_a_hold_makes_its_units_available_again()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));
        _scene.Commit();

        _scene.ReleaseHold(Id(1), "alice").Refusal.Should().BeNull();

        _scene.Movements.Should().Equal((MovementKind.Released, "cup", Main, -2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5));
        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Released);
    }

    [Fact]
    public void A_hold_is_released_once()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));
        _scene.Commit();
        _scene.ReleaseHold(Id(1), "alice");

        Problem(_scene.ReleaseHold(Id(1), "alice"))
            .Should()
            .Be(("already-ended", $"The hold {Id(1)} is released and can no longer be changed."));
        _scene.Movements.Should().ContainSingle();
    }

    [Fact]
    public void Released_units_are_offered_to_the_waitlist()
    {
        _scene.Stock("cup", 2);
        _scene.Hold(1, "bob", Cups(2));
        _scene.Join(1, "cup", "alice", 2);

        _scene.ReleaseHold(Id(1), "bob");

        _scene.OfferTo("alice").Lines.Should().Equal(new HoldLine("cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2, Held: 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_released_offer_is_declined_and_not_offered_to_the_same_customer_again(bool committed)
    {
        var offer = Offer(2);
        if (committed)
            _scene.Commit();

        _scene.ReleaseHold(offer.Id, "alice").Refusal.Should().BeNull();

        _scene.Transaction.Waitlist[Id(1)].State.Should().Be(WaitlistEntryState.Declined);
        _scene.Transaction.Holds[offer.Id].State.Should().Be(HoldState.Released);
        _scene.At("cup").Balance.Should().Be(2);
    }

    [Fact]
    public void An_expired_hold_returns_its_units_once_by_the_clock()
    {
        _scene.Stock("cup", 5);
        _scene.Hold(1, "alice", Cups(2));

        _scene.Commit(minutes: 10);

        _scene.Movements.Should().Equal((MovementKind.Expired, "cup", Main, -2));
        var cause = _scene.Rows.Single().Cause;
        (cause.Id, cause.Actor).Should().Be((Id(1).ToString(), "clock"));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 5));
        _scene.Transaction.Holds[Id(1)].State.Should().Be(HoldState.Expired);
        _scene.Commit().Movements.Should().BeEmpty();
    }

    [Fact]
    public void An_expired_offer_lapses_and_the_next_customer_gets_it()
    {
        Offer(2);
        _scene.Join(2, "cup", "bob", 2);

        _scene.Commit(minutes: 15);

        _scene.Transaction.Waitlist[Id(1)].State.Should().Be(WaitlistEntryState.Lapsed);
        _scene.Transaction.Waitlist[Id(2)].State.Should().Be(WaitlistEntryState.Offered);
        _scene.OfferTo("bob").ExpiresAt.Should().Be(Noon.AddMinutes(30));
    }

    [Fact]
    public void Units_of_holds_that_expire_together_are_offered_together()
    {
        _scene.Stock("cup", 2);
        _scene.Hold(1, "bob", Cups(1));
        _scene.Hold(2, "carol", Cups(1));
        _scene.Join(1, "cup", "alice", 2);

        _scene.Commit(minutes: 10);

        _scene.Published<WaitlistOffered>().Single().Quantity.Should().Be(2);
    }

    [Fact]
    public void An_order_uses_its_hold_and_the_rest_stays_held_while_others_wait()
    {
        _scene.Stock("cup", Main, 2).Stock("cup", North, 2);
        _scene.Hold(1, "alice", Cups(4));
        _scene.Join(1, "cup", "bob", 1);
        _scene.Commit();

        _scene.ReserveHeld(5, 1, Cups(3)).State.Should().Be(ReservationState.Allocated);

        _scene
            .Movements.Should()
            .Equal((MovementKind.Allocated, "cup", Main, 2), (MovementKind.Allocated, "cup", North, 1));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2, Allocated: 2));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 2, Allocated: 1, Held: 1));
        _scene
            .Transaction.Holds[Id(1)]
            .Lines.Should()
            .Equal(new HoldLine("cup", Main, 2, 2), new HoldLine("cup", North, 2, 1));
        _scene.Commit(minutes: 10);
        _scene.OfferTo("bob").Lines.Should().Equal(new HoldLine("cup", North, 1));
    }

    [Fact]
    public void An_order_of_fewer_units_uses_no_further_location_of_its_hold()
    {
        _scene.Stock("cup", Main, 2).Stock("cup", North, 2);
        _scene.Hold(1, "alice", Cups(4));
        _scene.Commit();

        _scene.ReserveHeld(5, 1, Cups(2));

        _scene.Movements.Should().Equal((MovementKind.Allocated, "cup", Main, 2));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 2, Held: 2));
    }

    [Fact]
    public void S17_The_rest_of_an_order_is_taken_where_its_hold_has_units_and_leaves_in_one_shipment()
    {
        _scene.Stock("cup", North, 4);
        _scene.Hold(1, "alice", Cups(1));
        _scene.Stock("cup", Main, 3, priority: 1).Commit();

        _scene.ReserveHeld(5, 1, Cups(2));

        _scene.Movements.Should().Equal((MovementKind.Allocated, "cup", North, 2));
        _scene.At("cup", North).Should().Be(new Quantities(OnHand: 4, Allocated: 2));
    }

    [Fact]
    public void An_order_of_one_item_leaves_the_other_items_of_its_hold_held()
    {
        _scene.Stock("cup", 2).Stock("tea", 2);
        _scene.Hold(1, "alice", Cups(2), Teas(2));
        _scene.Commit();

        _scene.ReserveHeld(5, 1, Teas(2));

        _scene.Movements.Should().Equal((MovementKind.Allocated, "tea", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2, Held: 2));
    }

    [Fact]
    public void An_order_that_uses_an_offer_purchases_its_waitlist_entry()
    {
        var offer = Offer(2);

        _scene.Reserve(new ReserveOrder(Id(5), [Cups(2)], "alice", 5, HoldId: offer.Id));

        _scene.Transaction.Waitlist[Id(1)].State.Should().Be(WaitlistEntryState.Purchased);
        _scene.At("cup").Should().Be(new Quantities(OnHand: 2, Allocated: 2));
    }

    [Theory]
    [InlineData("bob", 0)]
    [InlineData("alice", 10)]
    public void A_hold_of_another_customer_and_an_expired_hold_are_not_used(string customer, int minutes)
    {
        _scene.Stock("cup", 4);
        _scene.Hold(1, "alice", Cups(2));
        _scene.Commit(minutes);

        _scene.Reserve(new ReserveOrder(Id(5), [Cups(2)], customer, 5, HoldId: Id(1)));

        _scene.Movements.Should().Contain((MovementKind.Allocated, "cup", Main, 2));
        _scene.At("cup").Should().Be(new Quantities(OnHand: 4, Allocated: 2, Held: minutes == 0 ? 2 : 0));
    }

    private Hold Offer(int cups)
    {
        _scene.Join(1, "cup", "alice", cups);
        _scene.Receive("cup", cups);
        return _scene.OfferTo("alice");
    }

    private static ClaimedHold Claimed(CommandOutcome outcome) =>
        JsonSerializer.Deserialize<ClaimedHold>(outcome.Body, StockResponses.Json)!;
}
