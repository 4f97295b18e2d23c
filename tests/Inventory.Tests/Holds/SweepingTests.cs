using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Inventory.Waitlist;
using DaprShop.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Inventory.Tests.Holds;

/// <summary>Who tidies what is over: the sweeper holds, and offers that no actor has passed on.</summary>
public sealed class SweepingTests
{
    [Fact]
    public async Task G08_A_sweeper_gives_back_what_lapsed_holds_claim_and_leaves_offers_to_their_actor_at_first()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "mug");
        await LapsedAsync(db);
        using var service = new ServiceHost<Program>(db.Names.App, ("Stock:OfferGraceSeconds", "600"));
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select held from levels where sku = 'cup'") == 0,
            "the hold is swept"
        );
        (await Sql.ScalarAsync<string>(db.Names.App, "select string_agg(state, ' ' order by position) from waitlist"))
            .Should()
            .Be("offered waiting");
    }

    [Fact]
    public async Task N3_An_offer_that_no_actor_passes_on_is_passed_on_all_the_same()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "mug");
        await LapsedAsync(db);
        using var service = new ServiceHost<Program>(db.Names.App, ("Stock:OfferGraceSeconds", "5"));
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<string>(
                    db.Names.App,
                    "select string_agg(state, ' ' order by position) from waitlist"
                ) == "lapsed offered",
            "the offer passes on"
        );
        (await db.NumberAsync("select held from levels where sku = 'mug'")).Should().Be(1);
    }

    [Fact]
    public async Task However_many_claimed_holds_have_passed_their_end_the_next_one_is_swept()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "mug");
        await LapsedAsync(db);
        await Sql.ScalarAsync<long>(
            db.Names.Owner,
            """
            with claimed as (
                insert into holds (id, customer, state, expires_at, claimed_by, claimed_at)
                select gen_random_uuid(), 'ann', 'active', now() - interval '1 day', array[gen_random_uuid()], now()
                from generate_series(1, 501) returning id),
            lines as (
                insert into hold_lines (hold_id, sku, location, quantity) select id, 'mug', 'main', 1 from claimed)
            select count(*) from claimed
            """
        );
        using var service = new ServiceHost<Program>(db.Names.App, ("Stock:OfferGraceSeconds", "600"));
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select held from levels where sku = 'cup'") == 0,
            "the hold that nobody claims is swept"
        );
        (await db.NumberAsync("select count(*) from holds where state = 'active' and claimed_by <> '{}'"))
            .Should()
            .Be(501);
    }

    [Theory]
    [InlineData("held = 0")]
    [InlineData("sequence = sequence - 1")]
    public async Task N4_A_hold_that_its_damaged_level_does_not_cover_keeps_no_other_from_being_swept(string damage)
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "mug", "pot");
        await LapsedAsync(db);
        await db.ReceiveAsync("pot", 2);
        var scene = new Scene(db) { Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-20)) };
        await scene.HoldAsync("ann", 11, ("pot", 1));
        await Sql.ScalarAsync<object>(db.Names.Owner, $"update levels set {damage} where sku = 'cup'");
        using var service = new ServiceHost<Program>(db.Names.App);
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select held from levels where sku = 'pot'") == 0,
            "the other hold is swept"
        );
        await scene.HoldAsync("bob", 11, ("pot", 1));
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select held from levels where sku = 'pot'") == 0,
            "the sweeper lives"
        );
        (await scene.TextAsync("select state from holds where expires_at = (select min(expires_at) from holds)"))
            .Should()
            .Be("active");
    }

    [Fact]
    public async Task N4_However_many_holds_cannot_be_given_back_the_next_one_is()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "mug");
        await LapsedAsync(db);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            """
            with stuck as (insert into holds select gen_random_uuid(), 'eve', 'active', now() - interval '1 day', null from generate_series(1, 500) returning id)
            insert into hold_lines (hold_id, sku, location, quantity) select id, 'mug', 'main', 9 from stuck
            """
        );
        using var service = new ServiceHost<Program>(db.Names.App);
        await Wait.UntilAsync(
            async () => await db.NumberAsync("select held from levels where sku = 'cup'") == 0,
            "the other hold is swept"
        );
        (await db.NumberAsync("select count(*) from holds where state = 'active' and customer = 'eve'"))
            .Should()
            .Be(500);
    }

    [Theory]
    [InlineData("cup")]
    [InlineData("a/b||c..~ é%2F")]
    [InlineData("..")]
    public void An_actors_id_carries_any_SKU_and_nothing_that_an_address_cannot(string sku)
    {
        var id = WaitlistClient.IdOf(sku);
        id.GetId().Should().MatchRegex("^[A-Za-z0-9_-]+$");
        WaitlistClient.SkuOf(id).Should().Be(sku);
    }

    /// <summary>A hold on a cup and an offer of a mug, which ended ten and five minutes ago.</summary>
    private static async Task LapsedAsync(InventoryDatabase db)
    {
        foreach (var sku in (string[])["cup", "mug"])
            await db.ReceiveAsync(sku, 1);
        var scene = new Scene(db) { Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-20)) };
        await scene.HoldAsync("ann", 10, ("cup", 1));
        foreach (var customer in (string[])["ann", "bob"])
            (await scene.JoinAsync(customer, "mug")).Refusal.Should().BeNull();
    }
}
