using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Tests.Holds;

/// <summary>Holds without a sweeper: only the clock decides whether a hold is active.</summary>
public sealed class HoldTests
{
    [Fact]
    public async Task G08_Held_units_are_sold_to_no_other_customer_until_the_hold_ends()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 4));
        await scene.LevelShouldBeAsync(5, 0, 4);
        var refusal = (await scene.TryHoldAsync(Guid.CreateVersion7(), "bob", 10, ("cup", 2))).Refusal!;
        (refusal.Kind, refusal.Items![0].Requested, refusal.Items[0].Available)
            .Should()
            .Be((RefusalKind.OutOfStock, 2L, 1L));
        (await scene.OrderAsync("bob", null, ("cup", 2))).Should().Be(ReservationState.OutOfStock);
        (await scene.StateAsync(hold)).Should().Be("active");
    }

    [Fact]
    public async Task G08_A_hold_counts_for_nothing_from_its_end_on_though_the_sweeper_lags()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5));
        scene.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        (await scene.OrderAsync("bob", null, ("cup", 5))).Should().Be(ReservationState.OutOfStock);

        scene.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await scene.StateAsync(hold)).Should().Be("active", "no sweeper has run");
        (await scene.OrderAsync("bob", null, ("cup", 5))).Should().Be(ReservationState.Allocated);
        (await scene.StateAsync(hold)).Should().Be("expired");
        await scene.LevelShouldBeAsync(5, 5, 0);
    }

    [Fact]
    public async Task G08_An_extended_hold_lasts_until_its_new_end_and_an_expired_one_cannot_be_extended()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5));
        scene.Time.Advance(TimeSpan.FromMinutes(9));
        (await scene.ExtendAsync(hold, 10, "ann")).Refusal.Should().BeNull();
        scene.Time.Advance(TimeSpan.FromMinutes(9));
        (await scene.OrderAsync("bob", null, ("cup", 1))).Should().Be(ReservationState.OutOfStock);

        scene.Time.Advance(TimeSpan.FromMinutes(1));
        var refusal = (await scene.ExtendAsync(hold, 10, "ann")).Refusal!;
        (refusal.Kind, refusal.State).Should().Be((RefusalKind.Ended, HoldState.Expired));
        (await scene.OrderAsync("bob", null, ("cup", 5))).Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public async Task G08_A_released_hold_frees_its_units_in_the_same_transaction_and_ends_once()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5));
        (await scene.ReleaseHoldAsync(hold, "bob")).Refusal!.Kind.Should().Be(RefusalKind.NotFound);
        (await scene.ReleaseHoldAsync(hold, "ann")).Refusal.Should().BeNull();
        await scene.LevelShouldBeAsync(5, 0, 0);
        (await scene.ReleaseHoldAsync(hold, "ann")).Refusal!.State.Should().Be(HoldState.Released);
        (await scene.OrderAsync("ann", hold, ("cup", 5))).Should().Be(ReservationState.Allocated, "they are free");
        (await scene.StateAsync(hold)).Should().Be("released", "an order commits only an active hold");
    }

    [Fact]
    public async Task G08_An_order_takes_its_units_out_of_its_hold_and_the_hold_keeps_the_rest_until_it_ends()
    {
        await using var scene = await Scene.WithAsync(5, "cup", "mug");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5), ("mug", 2));
        (await scene.OrderAsync("ann", hold, ("cup", 3))).Should().Be(ReservationState.Allocated);
        (await scene.StateAsync(hold)).Should().Be("active");
        await scene.LevelShouldBeAsync(5, 3, 2);
        await scene.LevelShouldBeAsync(5, 0, 2, "mug");
        (await scene.OrderAsync("ann", hold, ("cup", 1))).Should().Be(ReservationState.Allocated);
        await scene.LevelShouldBeAsync(5, 4, 1);
        scene.Time.Advance(TimeSpan.FromMinutes(10));
        (await scene.OrderAsync("bob", null, ("cup", 1), ("mug", 5))).Should().Be(ReservationState.Allocated);
        (await scene.StateAsync(hold)).Should().Be("expired");
        (
            await scene.TextAsync(
                "select string_agg(kind || quantity, ' ' order by sequence) from movements where sku = 'cup'"
            )
        )
            .Should()
            .Be("received5 held5 allocated3 allocated1 expired-1 allocated1");
    }

    [Fact]
    public async Task G08_An_order_of_more_units_than_its_hold_gets_the_rest_from_the_available_units_or_reserves_none()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 3));
        (await scene.OrderAsync("ann", hold, ("cup", 6))).Should().Be(ReservationState.OutOfStock);
        (await scene.StateAsync(hold)).Should().Be("active", "a refused order leaves it standing");
        (await scene.OrderAsync("ann", hold, ("cup", 5))).Should().Be(ReservationState.Allocated);
        await scene.LevelShouldBeAsync(5, 5, 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task I11_A_claimed_hold_stands_past_its_end_until_its_order_has_used_it_or_is_released(bool used)
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var (hold, order) = (await scene.HoldAsync("ann", 10, ("cup", 5)), Guid.CreateVersion7());
        var claim = await scene.RunAsync<CommandOutcome>(new ClaimHoldCommand(hold, order, "ann", "key", false));
        claim.Refusal.Should().BeNull();
        scene.Time.Advance(TimeSpan.FromHours(2));
        (await scene.OrderAsync("bob", null, ("cup", 1))).Should().Be(ReservationState.OutOfStock, "it stands");

        if (used)
            await scene.RunAsync<ReserveResponse>(
                new ReserveCommand([new ReserveOrder(order, [new("cup", 3)], "ann", HoldId: hold)])
            );
        else
            await scene.RunAsync<ReleaseCommand>(new ReleaseCommand([order]));

        (await scene.StateAsync(hold)).Should().Be("expired", "nothing claims it any more");
        await scene.LevelShouldBeAsync(5, used ? 3 : 0, 0);
    }

    [Fact]
    public async Task I11_An_expired_hold_is_never_committed_not_even_at_the_very_moment()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5));
        scene.Time.Advance(TimeSpan.FromMinutes(10));
        (await scene.OrderAsync("ann", hold, ("cup", 4)))
            .Should()
            .Be(ReservationState.Allocated, "everybody may have them now");
        (await scene.StateAsync(hold)).Should().Be("expired");
        (await scene.TextAsync("select string_agg(kind || quantity, ' ' order by sequence) from movements"))
            .Should()
            .Be("received5 held5 expired-5 allocated4");
    }

    [Theory]
    [InlineData("bob")]
    [InlineData(null)]
    public async Task G08_Nobody_orders_with_another_customers_hold(string? customer)
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 5));
        (await scene.OrderAsync(customer, hold, ("cup", 1))).Should().Be(ReservationState.OutOfStock);
        (await scene.ExtendAsync(hold, 10, "bob")).Refusal!.Kind.Should().Be(RefusalKind.NotFound);
        (await scene.StateAsync(hold)).Should().Be("active");
    }

    [Fact]
    public async Task G08_A_hold_of_several_SKUs_is_all_or_nothing_and_sums_its_lines()
    {
        await using var scene = await Scene.WithAsync(5, "cup", "mug");
        (await scene.TryHoldAsync(Guid.CreateVersion7(), "ann", 10, ("cup", 1), ("mug", 6)))
            .Refusal!.Subject.Should()
            .Be("mug");
        (await scene.TryHoldAsync(Guid.CreateVersion7(), "ann", 10, ("cup", 3), ("cup", 3)))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.OutOfStock);
        (await scene.TryHoldAsync(Guid.CreateVersion7(), "ann", 10, ("cup", 1), ("plate", 1)))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.UnknownSku);
        await scene.LevelShouldBeAsync(5, 0, 0);
        (await scene.Db.NumberAsync("select count(*) from holds")).Should().Be(0);
    }

    [Fact]
    public async Task G08_A_customer_holds_no_more_than_one_may_have()
    {
        await using var scene = await Scene.WithAsync(5, "cup");
        await TestKit.Sql.ScalarAsync<object>(scene.Db.Names.App, "update items set max_per_customer = 2");
        var refusal = (await scene.TryHoldAsync(Guid.CreateVersion7(), "ann", 10, ("cup", 3))).Refusal!;
        (refusal.Kind, refusal.State).Should().Be((RefusalKind.LimitExceeded, 2));
        await scene.HoldAsync("ann", 10, ("cup", 2));
    }

    [Fact]
    public async Task G08_Of_two_orders_that_commit_one_hold_on_two_replicas_at_once_one_wins()
    {
        await using var scene = await Scene.WithAsync(2, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 2));
        List<ReservationState> outcomes = [];

        await scene.Db.MeetAsync("select * from items for update", OrderAsync, OrderAsync);

        outcomes.Should().BeEquivalentTo([ReservationState.Allocated, ReservationState.OutOfStock]);
        await scene.LevelShouldBeAsync(2, 2, 0);

        async Task OrderAsync()
        {
            var outcome = await scene.OrderAsync("ann", hold, ("cup", 2));
            lock (outcomes)
                outcomes.Add(outcome);
        }
    }

    [Fact]
    public async Task I11_A_hold_that_lapses_while_an_order_waits_for_it_ends_in_one_way()
    {
        await using var scene = await Scene.WithAsync(2, "cup");
        var hold = await scene.HoldAsync("ann", 10, ("cup", 2));
        var outcome = ReservationState.Released;

        await scene.Db.MeetAsync("select * from items for update", ExpireAsync, async () =>
            outcome = await scene.OrderAsync("ann", hold, ("cup", 2))
        );

        (await scene.StateAsync(hold)).Should().Be("expired");
        outcome.Should().Be(ReservationState.Allocated);
        await scene.LevelShouldBeAsync(2, 2, 0);
        (await scene.Db.NumberAsync("select count(*) from movements where kind in ('expired', 'released')"))
            .Should()
            .Be(1);

        // A replica whose clock is ahead.
        Task ExpireAsync() =>
            scene
                .Db.Writer(
                    new Microsoft.Extensions.Time.Testing.FakeTimeProvider(scene.Time.GetUtcNow().AddMinutes(10))
                )
                .CommitAsync([new ExpireHoldsCommand([hold])], CancellationToken.None);
    }
}
