using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Repairs of levels that differ from their ledger, and of claims that nothing accounts for.</summary>
public sealed class RepairRulesTests
{
    private static readonly byte[] Hash = [1, 2, 3];
    private readonly Scene _scene = new();

    [Fact]
    public void Nothing_is_changed_where_nothing_is_damaged()
    {
        _scene.With("cup", "main", new(OnHand: 5), sequence: 4);

        var repaired = Repair(StockDamage.None with { Ledgers = [_scene.LevelAt("cup", "main")] });

        repaired.Changes.Should().BeEmpty();
        repaired.Busy.Should().BeEmpty();
        _scene.Last.Stock.Changed.Should().BeEmpty();
    }

    [Fact]
    public void A_damaged_level_is_restored_from_its_ledger_without_a_movement()
    {
        _scene.With("cup", "main", new(OnHand: 9, Allocated: 1), sequence: 4);
        var ledger = Ledger(new(OnHand: 5, Allocated: 3, Incoming: 6), sequence: 7);

        var repaired = Repair(StockDamage.None with { Ledgers = [ledger] });

        repaired.Changes.Should().Equal(new StockResponses.RepairedItem("cup", "main", "level", null, -6));
        _scene.LevelAt("cup", "main").Should().Be(ledger);
        _scene.Movements.Should().BeEmpty();
    }

    [Fact]
    public void A_lost_level_is_restored_from_its_ledger()
    {
        var ledger = Ledger(new(OnHand: 5), sequence: 7);

        Repair(StockDamage.None with { Ledgers = [ledger] })
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", "level", null, 5));

        _scene.LevelAt("cup", "main").Should().Be(ledger);
    }

    [Theory]
    [InlineData(6, 0, 4, 1, -1)]
    [InlineData(5, 2, 4, 1, 0)]
    [InlineData(5, 0, 3, 1, 0)]
    [InlineData(5, 0, 4, 9, 0)]
    public void One_wrong_part_of_a_level_suffices_to_restore_it(
        long onHand,
        long shortage,
        long sequence,
        int hash,
        long difference
    )
    {
        var ledger = Ledger(new(OnHand: 5), sequence: 4);
        _scene.Tables.Levels[("cup", "main")] = new(
            "cup",
            "main",
            new(OnHand: onHand),
            shortage,
            sequence,
            [(byte)hash, 2, 3],
            Priority: 3
        );

        Repair(StockDamage.None with { Ledgers = [ledger] })
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", "level", null, difference));

        _scene
            .LevelAt("cup", "main")
            .Should()
            .Be(ledger with { Priority = 3 }, "the ledger does not record the location's priority");
    }

    [Fact]
    public void A_restored_level_is_short_by_the_promised_units_that_are_not_on_hand()
    {
        Repair(StockDamage.None with { Ledgers = [Ledger(new(OnHand: 5, Allocated: 7), sequence: 4)] });

        (_scene.LevelAt("cup", "main").Short, _scene.LevelAt("cup", "main").Quantities.Balance).Should().Be((2, -2));
    }

    [Fact]
    public void A_lost_allocation_is_written_again()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 2));
        _scene.Tables.Reservations[Scene.Id(1)] = new(ReservationState.Allocated, [], null);
        var lost = new Allocation(Scene.Id(1), "cup", "main", 2);

        Repair(StockDamage.None with { LostAllocations = [lost] })
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", "allocation", $"{Scene.Id(1)}", 2));

        _scene.Tables.Allocations.Should().Equal(lost);
        _scene.Movements.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Allocated", 5, 2, "released", -3)]
    [InlineData("Allocated", 5, 6, "allocated", 1)]
    [InlineData("Held", 5, 2, "released", -3)]
    [InlineData("Held", 5, 6, "held", 1)]
    [InlineData("Incoming", 5, 2, "expected", -3)]
    [InlineData("Incoming", 5, 6, "expected", 1)]
    public void A_difference_between_ledger_and_claims_is_compensated_by_a_movement(
        string quantity,
        long ledger,
        long claims,
        string kind,
        int units
    )
    {
        var claimed = Enum.Parse<ClaimedQuantity>(quantity);
        _scene.With("cup", "main", Claimed(claimed, ledger) with { OnHand = 20 }, sequence: 8);

        Repair(
            StockDamage.None with
            {
                Drifts = [Drift("order-1", ledger, claims, claimed), Total(ledger, claims, claimed)],
            }
        )
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", kind, "repair-order-1", units));

        _scene.Movements.Should().Equal((EnumNames.Parse<MovementKind>(kind), "cup", "main", units));
        _scene.At("cup", "main").Should().Be(Claimed(claimed, claims) with { OnHand = 20 });
    }

    [Fact]
    public void A_compensating_movement_names_the_auditor_the_claim_and_the_reason()
    {
        _scene.With("cup", "main", new(OnHand: 9, Allocated: 5), sequence: 8);

        Repair(StockDamage.None with { Drifts = [Drift("order-1", 5, 2)] });

        var row = _scene.Last.Stock.Ledger.Single().Row;
        row.Cause.Should().Be(new Cause("repair-order-1", "auditor", ActorType.System, "audit"));
        row.Step.Should().Be(8, "the same claim may be repaired again later");
        var moved = _scene.Last.Events.Single(e => e.Type == EventTypes.StockMoved);
        (moved.Subject, moved.Version).Should().Be(("repair-order-1", 9));
    }

    [Fact]
    public void A_difference_that_no_claim_explains_is_compensated_under_the_repairs_key()
    {
        _scene.With("cup", "main", new(OnHand: 9, Held: 5));

        Repair(StockDamage.None with { Drifts = [Total(5, 2, ClaimedQuantity.Held)] })
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", "released", "repair-repair-key", -3));
    }

    [Fact]
    public void Allocated_units_need_no_total_since_the_ledger_names_their_orders()
    {
        _scene.With("cup", "main", new(OnHand: 9, Allocated: 5));

        Repair(StockDamage.None with { Drifts = [Drift("order-2", 3, 0), Drift("order-1", 1, 2)] })
            .Changes.Select(c => (c.Kind, c.Cause, c.Quantity))
            .Should()
            .Equal(("released", "repair-order-2", -3), ("allocated", "repair-order-1", 1));
    }

    [Fact]
    public void A_hold_that_differs_is_not_compensated_where_the_levels_total_is_right()
    {
        _scene.With("cup", "main", new(OnHand: 9, Held: 5));

        Repair(StockDamage.None with { Drifts = [Drift("hold-1", 5, 2, ClaimedQuantity.Held)] })
            .Changes.Should()
            .BeEmpty("an order has used the hold");
    }

    [Fact]
    public void A_levels_difference_is_attributed_to_the_holds_that_differ_in_its_direction_as_far_as_it_goes()
    {
        _scene.With("cup", "main", new(OnHand: 20, Held: 12));

        Repair(
            StockDamage.None with
            {
                Drifts =
                [
                    Drift("hold-4", 2, 0, ClaimedQuantity.Held),
                    Drift("hold-3", 9, 0, ClaimedQuantity.Held),
                    Drift("hold-2", 1, 8, ClaimedQuantity.Held),
                    Drift("hold-1", 4, 1, ClaimedQuantity.Held),
                    Total(12, 7, ClaimedQuantity.Held),
                ],
            }
        )
            .Changes.Select(c => (c.Cause, c.Quantity))
            .Should()
            .Equal(("repair-hold-1", -3), ("repair-hold-3", -2));

        _scene.At("cup", "main").Held.Should().Be(7);
    }

    [Fact]
    public void A_difference_beyond_its_holds_is_compensated_under_the_repairs_key()
    {
        _scene.With("cup", "main", new(OnHand: 20, Held: 2));

        Repair(
            StockDamage.None with
            {
                Drifts = [Drift("hold-1", 0, 3, ClaimedQuantity.Held), Total(2, 7, ClaimedQuantity.Held)],
            }
        )
            .Changes.Select(c => (c.Kind, c.Cause, c.Quantity))
            .Should()
            .Equal(("held", "repair-hold-1", 3), ("held", "repair-repair-key", 2));
    }

    [Fact]
    public void Restored_claims_may_leave_a_level_short()
    {
        _scene.With("cup", "main", new(OnHand: 3));

        Repair(StockDamage.None with { Drifts = [Drift("order-1", 0, 5)] });

        (_scene.LevelAt("cup", "main").Short, _scene.At("cup", "main").Allocated).Should().Be((2, 5));
    }

    [Fact]
    public void An_orphaned_backorder_is_cancelled()
    {
        _scene.Tables.Backorders[(Scene.Id(1), "cup")] = new(Scene.Id(1), "cup", 1, 5, 2, null, BackorderState.Open);
        _scene.Tables.Reservations[Scene.Id(1)] = new(ReservationState.Released, [], null);
        _scene.With("cup", "main", new(OnHand: 9));

        Repair(StockDamage.None with { OrphanedBackorders = [new(Scene.Id(1), "cup"), new(Scene.Id(2), "cup")] })
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", null, "backorder", $"{Scene.Id(1)}", -3));

        _scene.Tables.Backorders[(Scene.Id(1), "cup")].State.Should().Be(BackorderState.Cancelled);
        _scene.Movements.Should().BeEmpty("a cancelled backorder is not served");
    }

    [Fact]
    public void A_waitlist_entry_whose_offer_was_lost_waits_again()
    {
        Waits(1, WaitlistEntryState.Offered, "cup");
        Waits(2, WaitlistEntryState.Waiting, "cup");

        Repair(StockDamage.None with { EntriesWithoutOffer = [Scene.Id(1), Scene.Id(2), Scene.Id(3)] })
            .Changes.Should()
            .Equal(
                [new StockResponses.RepairedItem("cup", null, "waitlist", $"{Scene.Id(1)}", 2)],
                "the second waits already, and there is no third"
            );

        _scene.Tables.Waitlist[Scene.Id(1)].State.Should().Be(WaitlistEntryState.Waiting);
    }

    [Fact]
    public void Units_that_a_repair_frees_serve_backorders()
    {
        _scene.With("cup", "main", new(OnHand: 5, Allocated: 5));
        _scene.Decide(Scene.Reserve(1, "cup", 2, ShortagePolicy.Backorder));

        Repair(StockDamage.None with { Drifts = [Drift("order-9", 5, 1)] })
            .Changes.Should()
            .Equal(
                new StockResponses.RepairedItem("cup", "main", "released", "repair-order-9", -4),
                new("cup", "main", "served", $"{Scene.Id(1)}", 2)
            );
        _scene.Last.FilledOrders.Should().Equal(Scene.Id(1));
    }

    [Fact]
    public void A_sku_that_another_command_of_the_transaction_changed_is_reported_as_busy_and_not_repaired()
    {
        Waits(1, WaitlistEntryState.Offered, "tea");
        _scene.Tables.Reservations[Scene.Id(2)] = new(ReservationState.Released, [], null);
        _scene.Tables.Backorders[(Scene.Id(2), "tea")] = new(Scene.Id(2), "tea", 2, 1, 0, null, BackorderState.Open);
        _scene.With("tea", "main", new(Allocated: 3), shortage: 3);
        _scene.With("cup", "main", new(OnHand: 9, Allocated: 3));

        var outcomes = _scene.Decide(
            StockDamage.None with
            {
                Ledgers = [Ledger(new(OnHand: 50), sequence: 9) with { Sku = "tea" }],
                LostAllocations = [new(Scene.Id(3), "tea", "main", 1)],
                Drifts = [Drift("order-1", 3, 0) with { Sku = "tea" }, Drift("order-1", 3, 0)],
                OrphanedBackorders = [new(Scene.Id(2), "tea")],
                EntriesWithoutOffer = [Scene.Id(1)],
            },
            new BookCommand(
                "book",
                [1],
                MovementKind.Received,
                "book",
                "olga",
                null,
                [new StockLine("tea", "main", 1)]
            ),
            Command("tea", "cup")
        );

        var repaired = Scene.Read<StockResponses.RepairResponse>(outcomes[1]);
        repaired.Busy.Should().Equal("tea");
        repaired
            .Changes.Should()
            .Equal(new StockResponses.RepairedItem("cup", "main", "released", "repair-order-1", -3));
        _scene.Last.Allocations.Should().BeEmpty();
        _scene.Tables.Waitlist[Scene.Id(1)].State.Should().Be(WaitlistEntryState.Offered);
        _scene.Tables.Backorders[(Scene.Id(2), "tea")].State.Should().Be(BackorderState.Open);
        _scene.At("tea", "main").Should().Be(new Quantities(OnHand: 1, Allocated: 3));
    }

    [Fact]
    public void Busy_skus_are_listed_in_order_and_only_those_that_the_repair_names()
    {
        var outcomes = _scene.Decide(
            new BookCommand(
                "book",
                [1],
                MovementKind.Received,
                "book",
                "olga",
                null,
                [new StockLine("tea", "main", 1), new StockLine("cup", "main", 1)]
            ),
            Command("tea", "cup", "saucer")
        );

        Scene.Read<StockResponses.RepairResponse>(outcomes[1]).Busy.Should().Equal("cup", "tea");
    }

    private StockResponses.RepairResponse Repair(StockDamage damage) =>
        Scene.Read<StockResponses.RepairResponse>(_scene.Decide(damage, Command("cup")).Single());

    private static RepairCommand Command(params string[] skus) => new("repair-key", [1], skus, "audit");

    private static Level Ledger(Quantities quantities, long sequence) =>
        new("cup", "main", quantities, 0, sequence, Hash);

    private static Drift Drift(
        string cause,
        long ledger,
        long claims,
        ClaimedQuantity quantity = ClaimedQuantity.Allocated
    ) => new("cup", "main", quantity, cause, ledger, claims);

    private static Drift Total(long ledger, long claims, ClaimedQuantity quantity) =>
        Drift("", ledger, claims, quantity);

    private static Quantities Claimed(ClaimedQuantity quantity, long units) =>
        quantity switch
        {
            ClaimedQuantity.Allocated => new(Allocated: units),
            ClaimedQuantity.Held => new(Held: units),
            _ => new(Incoming: units),
        };

    private void Waits(int number, WaitlistEntryState state, string sku) =>
        _scene.Tables.Waitlist[Scene.Id(number)] = new(Scene.Id(number), sku, "alice", 2, number, state);
}
