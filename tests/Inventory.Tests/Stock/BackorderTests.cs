using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Orders that wait for stock.</summary>
public sealed class BackorderTests
{
    [Fact]
    public async Task G15_Five_units_may_wait_and_the_sixth_is_rejected()
    {
        await using var db = await CreateAsync(limit: 5);
        (await db.ReserveAsync(Waiting(3))).State.Should().Be(ReservationState.Backordered);
        (await db.ReserveAsync(Waiting(2))).State.Should().Be(ReservationState.Backordered);
        var sixth = await db.ReserveAsync(Waiting(1));
        (sixth.State, sixth.Shortages.Single()).Should().Be((ReservationState.OutOfStock, new Shortage("cup", 1, 0)));
    }

    [Fact]
    public async Task G15_Of_ten_units_that_want_to_wait_at_once_five_do()
    {
        await using var db = await CreateAsync(limit: 5);
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Task.Run(() => db.ReserveAsync(Waiting(1))))
        );
        outcomes.Count(o => o.State == ReservationState.Backordered).Should().Be(5);
    }

    [Fact]
    public async Task G15_A_receipt_fills_backorders_in_order_number_sequence_and_splits_lines_in_its_own_transaction()
    {
        await using var db = await CreateAsync();
        var (second, first) = (Waiting(3, number: 2), Waiting(3, number: 1));
        await db.ReserveAsync(second);
        await db.ReserveAsync(first);

        await db.ReceiveAsync("cup", 4);
        (await FilledAsync(db)).Should().Be("1: 3 of 3 filled, 2: 1 of 3 open");
        (await db.ReserveAsync(first)).State.Should().Be(ReservationState.Allocated);
        (await db.ReserveAsync(second)).State.Should().Be(ReservationState.Backordered);
        (await db.NumberAsync("select count(distinct xmin::text) from movements"))
            .Should()
            .Be(1, "no other order can get the units");

        await db.ReceiveAsync("cup", 4);
        (await FilledAsync(db)).Should().Be("1: 3 of 3 filled, 2: 3 of 3 filled");
        (await db.ReserveAsync(second)).State.Should().Be(ReservationState.Allocated);
        (await db.NumberAsync("select on_hand - allocated from levels")).Should().Be(2);
        (await db.NumberAsync("select count(*) from events where type = 'backorder.filled.v1'")).Should().Be(3);
        (await db.NumberAsync("select count(distinct order_id) from backorder_notifications")).Should().Be(2);
    }

    [Fact]
    public async Task G15_The_promised_day_is_that_of_the_earliest_delivery_that_covers_all_backorders()
    {
        await using var db = await CreateAsync();
        var (soon, late) = (
            new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2027, 3, 5, 0, 0, 0, TimeSpan.Zero)
        );
        await AnnounceAsync("b", 4, late);
        await AnnounceAsync("a", 2, soon);
        await AnnounceAsync("undated", 100, null);
        (await db.ReserveAsync(Waiting(1, number: 1))).PromisedAt.Should().Be(soon);
        (await db.ReserveAsync(Waiting(2, number: 2))).PromisedAt.Should().Be(late);
        (await db.ReserveAsync(Waiting(3, number: 3))).PromisedAt.Should().Be(late);
        (await db.ReserveAsync(Waiting(1, number: 4))).PromisedAt.Should().BeNull();

        Task<CommandOutcome> AnnounceAsync(string reference, int quantity, DateTimeOffset? day) =>
            db.RunAsync<CommandOutcome>(Announce(reference, quantity, day));
    }

    [Fact]
    public async Task S8_Units_on_their_way_that_are_set_aside_are_promised_to_nobody()
    {
        await using var db = await CreateAsync();
        await db.RunAsync<CommandOutcome>(Announce("a", 5, new(2031, 3, 1, 0, 0, 0, TimeSpan.Zero)));
        await Sql.ScalarAsync<object>(db.Names.App, "update inbounds set unavailable = true");
        (await db.ReserveAsync(Waiting(1, number: 1))).PromisedAt.Should().BeNull();
    }

    private static OpenInboundCommand Announce(string reference, int quantity, DateTimeOffset? day) =>
        new(reference, [1], reference, "main", null, day, [new("cup", quantity)], "olga", null);

    [Fact]
    public async Task A_reservation_request_that_meets_the_release_of_its_order_allocates_nothing()
    {
        await using var db = await CreateAsync();
        await db.ReceiveAsync("cup", 1);
        var order = Waiting(3);
        (await db.ReserveAsync(order)).State.Should().Be(ReservationState.Backordered);

        // The release has cancelled the backorder, which is why a request that read the reservation before it would
        // find the order completely allocated.
        ReserveOutcome? repeated = null;
        await db.MeetAsync(
            "select * from event_head for update",
            () => db.ReleaseAsync(order.OrderId),
            async () => repeated = await db.ReserveAsync(order)
        );

        repeated!.State.Should().Be(ReservationState.Released);
        (await db.NumberAsync("select count(*) from reservations where state = 'released'")).Should().Be(1);
    }

    [Fact]
    public async Task G15_When_an_earlier_one_gives_up_the_next_is_served()
    {
        await using var db = await CreateAsync(limit: 6);
        var (first, second) = (Waiting(3, number: 1), Waiting(3, number: 2));
        await db.ReserveAsync(first);
        await db.ReserveAsync(second);
        (await db.ReserveAsync(Waiting(1, number: 3))).State.Should().Be(ReservationState.OutOfStock);
        await db.ReleaseAsync(first.OrderId);
        (await db.ReserveAsync(Waiting(1, number: 4)))
            .State.Should()
            .Be(ReservationState.Backordered, "the backorder limit is no longer reached");
        await db.ReceiveAsync("cup", 3);
        (await db.ReserveAsync(second)).State.Should().Be(ReservationState.Allocated);
        (await db.ReserveAsync(first)).State.Should().Be(ReservationState.Released);
    }

    [Fact]
    public async Task G15_The_units_of_a_cancelled_order_fill_the_next_backorder()
    {
        await using var db = await CreateAsync();
        await db.ReceiveAsync("cup", 2);
        var (first, second) = (Waiting(3, number: 1), Waiting(2, number: 2));
        await db.ReserveAsync(first);
        await db.ReserveAsync(second);
        await db.ReleaseAsync(first.OrderId);
        (await db.ReserveAsync(second)).State.Should().Be(ReservationState.Allocated);
    }

    /// <summary>spree#7328: a cancelled line credited what it had never been given.</summary>
    [Fact]
    public async Task G15_An_order_that_gives_up_gives_back_only_what_it_was_given()
    {
        await using var db = await CreateAsync();
        await db.ReceiveAsync("cup", 2);
        var order = Waiting(5);
        await db.ReserveAsync(order);
        await db.ReleaseAsync(order.OrderId);
        (await db.NumberAsync("select on_hand - allocated from levels")).Should().Be(2);
        (await db.NumberAsync("select quantity::bigint from movements where kind = 'released'")).Should().Be(-2);
    }

    private static ReserveOrder Waiting(int quantity, long number = 0) =>
        InventoryDatabase.Waiting("cup", quantity, number);

    private static async Task<InventoryDatabase> CreateAsync(int limit = 100)
    {
        var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", $"backorder_limit = {limit}");
        return db;
    }

    private static Task<string?> FilledAsync(InventoryDatabase db) =>
        Sql.ScalarAsync<string>(
            db.Names.App,
            "select string_agg(order_number || ': ' || filled || ' of ' || quantity || ' ' || state, ', ' order by order_number) from backorders"
        );
}
