using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Tests.Waitlist;

/// <summary>
/// The waitlist of a SKU: units that become available are offered to its first customer, for a limited time, and are
/// sold to no other customer meanwhile.
/// </summary>
public sealed class WaitlistTests
{
    private static readonly TimeSpan OfferFor = TimeSpan.FromMinutes(15);
    private static readonly string[] Ten = [.. Enumerable.Range(1, 10).Select(i => $"w{i:00}")];

    [Fact]
    public async Task N3_Units_of_three_cancelled_orders_are_offered_to_three_waiting_customers_and_to_no_one_else()
    {
        await using var scene = await Scene.WithAsync(3, "cup");
        await ThreeOffersAsync(scene);

        (await scene.OffersAsync()).Should().Be("w01 1, w02 1, w03 1");
        await scene.LevelShouldBeAsync(3, 0, 3);
        (await scene.OrderAsync("outsider", null, ("cup", 1))).Should().Be(ReservationState.OutOfStock);
        (await scene.OrderAsync("outsider", await scene.OfferToAsync("w01"), ("cup", 1)))
            .Should()
            .Be(ReservationState.OutOfStock, "the offer is w01's");
        (await scene.OrderAsync("w04", null, ("cup", 1)))
            .Should()
            .Be(ReservationState.OutOfStock, "w04 is in line, but not yet next");
        (await scene.TryHoldAsync(Guid.CreateVersion7(), "outsider", 10, ("cup", 1)))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.OutOfStock);
        (await scene.Db.NumberAsync("select count(*) from events where type = 'waitlist.offered.v1'")).Should().Be(3);
    }

    [Fact]
    public async Task N3_An_expired_or_declined_offer_passes_to_the_next_customer_and_a_claimed_one_does_not()
    {
        await using var scene = await Scene.WithAsync(3, "cup");
        await ThreeOffersAsync(scene);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        (await scene.ReleaseHoldAsync(await scene.OfferToAsync("w02"), "w02")).Refusal.Should().BeNull();
        (await scene.OffersAsync()).Should().Be("w01 1, w03 1, w04 1");
        (await scene.OrderAsync("w03", await scene.OfferToAsync("w03"), ("cup", 1)))
            .Should()
            .Be(ReservationState.Allocated);

        // The offer of w01 has expired, that of w04 has not. The request of an outsider, which expires it, gets no unit.
        scene.Time.Advance(OfferFor - TimeSpan.FromMinutes(1));
        (await scene.OrderAsync("outsider", null, ("cup", 1))).Should().Be(ReservationState.OutOfStock);
        (await scene.OffersAsync()).Should().Be("w04 1, w05 1");
        await scene.LevelShouldBeAsync(3, 1, 2);

        foreach (var customer in (string[])["w04", "w05"])
            (await scene.OrderAsync(customer, await scene.OfferToAsync(customer), ("cup", 1)))
                .Should()
                .Be(ReservationState.Allocated);
        await scene.LevelShouldBeAsync(3, 3, 0);
        (await scene.TextAsync("select string_agg(state, ' ' order by position) from waitlist"))
            .Should()
            .Be("lapsed declined purchased purchased purchased waiting waiting waiting waiting waiting");
    }

    [Fact]
    public async Task N3_Units_that_no_waiting_customer_claims_are_offered_to_each_in_turn_and_then_become_available()
    {
        await using var scene = await Scene.WithAsync(3, "cup");
        await ThreeOffersAsync(scene);
        foreach (var next in (string[])["w04 1, w05 1, w06 1", "w07 1, w08 1, w09 1", "w10 1"])
        {
            scene.Time.Advance(OfferFor);
            await SweepAsync(scene);
            (await scene.OffersAsync()).Should().Be(next);
        }

        scene.Time.Advance(OfferFor);
        (await scene.OrderAsync("outsider", null, ("cup", 3))).Should().Be(ReservationState.Allocated);
        await scene.LevelShouldBeAsync(3, 3, 0);
    }

    [Fact]
    public async Task N3_Whoever_wants_several_units_gets_all_of_two_offers_that_lapse_together()
    {
        await using var scene = await Scene.WithAsync(0, "cup");
        foreach (var (customer, quantity) in new[] { ("ann", 1), ("bob", 1), ("cat", 2), ("dan", 1) })
            await scene.JoinAsync(customer, quantity: quantity);
        await scene.RunAsync<CommandOutcome>(InventoryDatabase.Booking(MovementKind.Received, "cup", 2, "receipt"));
        (await scene.OffersAsync()).Should().Be("ann 1, bob 1");
        scene.Time.Advance(OfferFor);
        (await scene.OrderAsync("outsider", null, ("cup", 1))).Should().Be(ReservationState.OutOfStock);
        (await scene.OffersAsync()).Should().Be("cat 2");
    }

    [Fact]
    public async Task N3_Fewer_units_than_wanted_are_offered_too()
    {
        await using var scene = await Scene.WithAsync(0, "cup");
        await scene.JoinAsync("ann", quantity: 5);
        await scene.RunAsync<CommandOutcome>(InventoryDatabase.Booking(MovementKind.Received, "cup", 2, "receipt"));
        (await scene.OffersAsync()).Should().Be("ann 2");
    }

    [Fact]
    public async Task N3_Whoever_joins_when_units_are_there_is_offered_them_at_once_and_an_offers_time_is_not_the_customers_to_move()
    {
        await using var scene = await Scene.WithAsync(1, "cup");
        (await scene.JoinAsync("ann")).Body.Should().Contain("\"state\":\"offered\",\"position\":0");
        (await scene.JoinAsync("bob")).Body.Should().Contain("\"state\":\"waiting\",\"position\":1");
        (await scene.ExtendAsync(await scene.OfferToAsync("ann"), 60, "ann"))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.Ended);
        (await scene.LeaveAsync("ann")).Refusal!.State.Should().Be(WaitlistEntryState.Offered);
    }

    [Fact]
    public async Task N3_A_customer_has_one_entry_and_an_entry_that_was_left_gets_no_offer()
    {
        await using var scene = await Scene.WithAsync(0, "cup");
        foreach (var customer in (string[])["ann", "bob", "cat"])
            await scene.JoinAsync(customer);
        (await scene.JoinAsync("bob")).Refusal!.Kind.Should().Be(RefusalKind.Exists);
        (await scene.LeaveAsync("ann")).Refusal.Should().BeNull();
        (await scene.LeaveAsync("ann")).Refusal!.Kind.Should().Be(RefusalKind.NotFound);
        (await scene.JoinAsync("ann"))
            .Body.Should()
            .Contain("\"position\":3", "a customer who left the waitlist joins at its end");
        await scene.RunAsync<CommandOutcome>(InventoryDatabase.Booking(MovementKind.Received, "cup", 1, "receipt"));
        (await scene.OffersAsync()).Should().Be("bob 1");
    }

    [Fact]
    public async Task N3_Nobody_waits_for_what_is_unknown_never_stocked_or_more_than_one_may_have()
    {
        await using var scene = await Scene.WithAsync(0, "cup", "postage");
        await TestKit.Sql.ScalarAsync<object>(
            scene.Db.Names.App,
            "update items set max_per_customer = 2, stocked = sku = 'cup'"
        );
        (await scene.JoinAsync("ann", "plate")).Refusal!.Kind.Should().Be(RefusalKind.UnknownSku);
        (await scene.JoinAsync("ann", "postage")).Refusal!.Kind.Should().Be(RefusalKind.NeverStocked);
        (await scene.JoinAsync("ann", "cup", 3)).Refusal!.Kind.Should().Be(RefusalKind.LimitExceeded);
    }

    [Fact]
    public async Task N3_Whoever_joins_while_a_unit_is_being_freed_on_another_replica_is_offered_it()
    {
        await using var scene = await Scene.WithAsync(1, "cup");
        var order = Guid.CreateVersion7();
        await scene.Db.ReserveAsync(order, ("cup", 1));
        await scene.Db.MeetAsync(
            "select * from items for update",
            () => scene.JoinAsync("ann"),
            () => scene.RunAsync<ReleaseCommand>(new ReleaseCommand([order]))
        );
        (await scene.OffersAsync()).Should().Be("ann 1");
        await scene.LevelShouldBeAsync(1, 0, 1);
    }

    [Fact]
    public async Task I13_An_offers_units_are_in_nobodys_available_and_a_place_has_one_offer_at_most()
    {
        await using var scene = await Scene.WithAsync(1, "cup");
        await scene.JoinAsync("ann");
        await scene.LevelShouldBeAsync(1, 0, 1);
        var second = () =>
            TestKit.Sql.ScalarAsync<object>(
                scene.Db.Names.Owner,
                "insert into holds select gen_random_uuid(), customer, state, expires_at, entry_id from holds"
            );
        (await second.Should().ThrowAsync<Npgsql.PostgresException>())
            .Which.ConstraintName.Should()
            .Be("ix_holds_one_offer");
    }

    /// <summary>Three units are sold to three orders, ten customers wait, and the orders are cancelled.</summary>
    private static async Task ThreeOffersAsync(Scene scene)
    {
        Guid[] orders = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var order in orders)
            await scene.Db.ReserveAsync(order, ("cup", 1));
        foreach (var customer in Ten)
            (await scene.JoinAsync(customer)).Refusal.Should().BeNull();
        foreach (var order in orders)
            await scene.RunAsync<ReleaseCommand>(new ReleaseCommand([order]));
    }

    /// <summary>Expires offers as the sweeper does.</summary>
    private static async Task SweepAsync(Scene scene)
    {
        while (
            await scene.TextAsync(
                $"select min(id::text) from holds where state = 'active' and expires_at <= '{scene.Time.GetUtcNow():O}'"
            )
                is { Length: > 0 } id
        )
            await scene.RunAsync<ExpireHoldsCommand>(new ExpireHoldsCommand([Guid.Parse(id)]));
    }
}
