using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Stock under concurrency and repetition, on a real database.</summary>
public sealed class StockUnitOfWorkTests
{
    [Fact]
    public async Task Of_many_buyers_on_two_replicas_exactly_as_many_get_a_unit_as_there_are_units()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 37);
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 120).Select(_ => Task.Run(() => db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1))))
        );
        outcomes.Count(o => o.State == ReservationState.Allocated).Should().Be(37);
        (await db.NumberAsync("select allocated from levels")).Should().Be(37);
        (await db.NumberAsync("select count(*) from allocations")).Should().Be(37);
    }

    [Fact]
    public async Task Orders_that_name_the_same_SKUs_in_any_sequence_never_deadlock()
    {
        string[] skus = [.. Enumerable.Range(0, 12).Select(i => $"sku{i}")];
        await using var db = await InventoryDatabase.CreateAsync(skus);
        foreach (var sku in skus)
            await db.ReceiveAsync(sku, 100_000);
        var random = new Random(7);
        var wishes = Enumerable
            .Range(0, 400)
            .Select(_ =>
            {
                random.Shuffle(skus);
                return skus.Take(5).Select(s => (s, random.Next(1, 4))).ToArray();
            })
            .ToList();

        // An exception of any of them, a deadlock's too, fails the test.
        await Parallel.ForEachAsync(wishes, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (lines, _) =>
            (await db.ReserveAsync(Guid.CreateVersion7(), lines)).State.Should().Be(ReservationState.Allocated)
        );
        (await db.NumberAsync("select sum(allocated)::bigint from levels"))
            .Should()
            .Be(wishes.Sum(w => w.Sum(l => (long)l.Item2)));
    }

    [Fact]
    public async Task A_repeated_reserve_answers_the_same_and_moves_nothing()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        (await db.ReserveAsync(order, ("cup", 3))).State.Should().Be(ReservationState.Allocated);
        (await db.ReserveAsync(order, ("cup", 3))).State.Should().Be(ReservationState.Allocated);
        (await db.NumberAsync("select allocated from levels")).Should().Be(3);
    }

    [Fact]
    public async Task A_refusal_is_remembered_names_what_was_short_and_proves_it()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 2);
        var order = Guid.CreateVersion7();
        (await db.ReserveAsync(order, ("cup", 3))).Shortages.Should().Equal(new Shortage("cup", 3, 2));
        await db.ReceiveAsync("cup", 10);
        (await db.ReserveAsync(order, ("cup", 3)))
            .Shortages.Should()
            .Equal([new Shortage("cup", 3, 2)], "the decision has been made");
        (await db.NumberAsync("select (shortages->0->'asOf'->>'main')::bigint from reservations")).Should().Be(1);
    }

    [Fact]
    public async Task After_a_release_a_late_reserve_allocates_nothing()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var (unknown, known) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await db.ReserveAsync(known, ("cup", 2));
        await db.ReleaseAsync(unknown, known);
        (await db.ReserveAsync(unknown, ("cup", 1))).State.Should().Be(ReservationState.Released);
        (await db.ReserveAsync(known, ("cup", 2))).State.Should().Be(ReservationState.Released);
        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
    }

    [Fact]
    public async Task Releasing_twice_restocks_once()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 2));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => db.ReleaseAsync(order))));
        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
        (await db.NumberAsync("select count(*) from movements where kind = 'released'")).Should().Be(1);
    }

    [Fact]
    public async Task Two_releases_that_meet_restock_once()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 2));

        await db.MeetAsync(
            "select * from items for update",
            () => db.ReleaseAsync(order),
            () => db.ReleaseAsync(order)
        );

        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
    }

    [Fact]
    public async Task Two_sagas_that_reserve_one_order_concurrently_get_the_same_response()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        var order = Guid.CreateVersion7();
        List<ReservationState> states = [];

        await db.MeetAsync("select * from items for update", ReserveAsync, ReserveAsync);

        states.Should().Equal(ReservationState.Allocated, ReservationState.Allocated);
        (await Sql.ScalarAsync<string>(db.Names.App, "select state from reservations")).Should().Be("allocated");

        async Task ReserveAsync()
        {
            var outcome = await db.ReserveAsync(order, ("cup", 1));
            lock (states)
                states.Add(outcome.State);
        }
    }

    [Fact]
    public async Task A_release_that_overtakes_its_reserve_leaves_nothing_allocated()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        var order = Guid.CreateVersion7();
        await using var rival = await Rival.BeginAsync(db.Names.App, "select * from items for update");
        var reserving = db.ReserveAsync(order, ("cup", 1));
        await rival.IsWaitedForAsync();

        await db.ReleaseAsync(order);
        await rival.CommitAsync();

        (await reserving).State.Should().Be(ReservationState.Released);
        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
    }

    [Fact]
    public async Task A_release_that_does_not_see_its_reserve_yet_still_gives_back_what_it_took()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        var order = Guid.CreateVersion7();

        await db.MeetAsync(
            "select * from event_head for update",
            () => db.ReserveAsync(order, ("cup", 1)),
            () => db.ReleaseAsync(order)
        );

        (await db.NumberAsync("select allocated from levels")).Should().Be(0);
        (await db.ReserveAsync(order, ("cup", 1))).State.Should().Be(ReservationState.Released);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Two_bookings_with_one_key_that_meet_are_one(int before)
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        if (before > 0)
            await db.ReceiveAsync("cup", before);
        List<CommandOutcome> booked = [];

        await db.MeetAsync("select * from event_head for update", BookAsync, BookAsync);

        booked.Select(b => b.Body).Distinct().Should().ContainSingle();
        booked.Count(b => b.Replayed).Should().Be(1);
        (await db.NumberAsync("select on_hand from levels")).Should().Be(before + 7);

        async Task BookAsync()
        {
            var answer = await db.ReceiveAsync("cup", 7, "receipt");
            lock (booked)
                booked.Add(answer);
        }
    }

    [Fact]
    public async Task Two_first_receipts_that_meet_both_count()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.MeetAsync(
            "select * from event_head for update",
            () => db.ReceiveAsync("cup", 2),
            () => db.ReceiveAsync("cup", 3)
        );
        (await db.NumberAsync("select on_hand from levels")).Should().Be(5);
    }

    [Fact]
    public async Task Two_concurrent_receipts_of_one_document_both_count()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.RunAsync<CommandOutcome>(
            new OpenInboundCommand("open", [1], "delivery", "main", null, null, [new("cup", 10)], "olga", null)
        );

        await db.MeetAsync("select * from event_head for update", () => ReceiveAsync(4), () => ReceiveAsync(3));

        (await db.NumberAsync("select received::bigint from inbound_lines")).Should().Be(7);
        (await db.NumberAsync("select on_hand from levels")).Should().Be(7);

        Task ReceiveAsync(int quantity) =>
            db.RunAsync<CommandOutcome>(
                new ReceiveInboundCommand($"{quantity}", [1], "delivery", [new("cup", quantity)], "olga", null)
            );
    }

    [Fact]
    public async Task SKUs_are_locked_in_the_sequence_of_their_names_whatever_lies_first_on_disk()
    {
        await using var db = await InventoryDatabase.CreateAsync("z", "a");
        await db.ReceiveAsync("z", 1);
        await db.ReceiveAsync("a", 1);
        await using var rival = await Rival.BeginAsync(db.Names.App, "select * from items where sku = 'a' for update");

        var reserving = db.ReserveAsync(Guid.CreateVersion7(), ("z", 1), ("a", 1));
        await rival.IsWaitedForAsync();
        (await db.NumberAsync("select count(*) from (select from items where sku = 'z' for update skip locked) free"))
            .Should()
            .Be(1);
        await rival.CommitAsync();

        (await reserving).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public async Task Claims_are_locked_in_the_sequence_of_their_orders_whatever_lies_first_on_disk()
    {
        await using var db = await InventoryDatabase.CreateAsync();
        var (first, second) = (Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7());
        await db.ReleaseAsync(second);
        await db.ReleaseAsync(first);
        await using var rival = await Rival.BeginAsync(
            db.Names.App,
            $"select * from reservations where order_id = '{first}' for update"
        );

        var releasing = db.ReleaseAsync(second, first);
        await rival.IsWaitedForAsync();
        (
            await db.NumberAsync(
                $"select count(*) from (select from reservations where order_id = '{second}' for update skip locked) free"
            )
        )
            .Should()
            .Be(1);
        await rival.CommitAsync();

        await releasing;
    }

    [Fact]
    public async Task A_booking_happens_once_per_key_and_its_answer_is_repeated()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        var first = await db.ReceiveAsync("cup", 5, "receipt-1");
        var again = await db.ReceiveAsync("cup", 5, "receipt-1");
        (again.Body, again.Replayed).Should().Be((first.Body, true));
        (await db.ReceiveAsync("cup", 6, "receipt-1", fingerprint: 2))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.OtherRequest);
        (await db.NumberAsync("select on_hand from levels")).Should().Be(5);
    }

    [Fact]
    public async Task Units_that_orders_have_claimed_cannot_be_adjusted_away()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 5);
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 4));
        var refusal = (
            await db.RunAsync<CommandOutcome>(InventoryDatabase.Booking(MovementKind.Adjusted, "cup", -2, "stocktake"))
        ).Refusal!;
        (refusal.Kind, refusal.Items![0].Available).Should().Be((RefusalKind.OutOfStock, 1L));
        (await db.NumberAsync("select on_hand from levels")).Should().Be(5);
    }

    [Fact]
    public async Task What_stock_does_is_in_the_event_log_of_the_same_transaction()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        var order = Guid.CreateVersion7();
        await db.ReserveAsync(order, ("cup", 1));
        await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1));
        await db.ReleaseAsync(order);
        (
            await Sql.ScalarAsync<string>(
                db.Names.App,
                "select string_agg(type || ':' || (data->>'kind') , ' ' order by position) filter (where type = 'stock.moved.v1') from events"
            )
        )
            .Should()
            .Be("stock.moved.v1:received stock.moved.v1:allocated stock.moved.v1:released");
        (await db.NumberAsync("select count(*) from events where type = 'stock.refused.v1'")).Should().Be(1);
    }

    [Theory]
    [InlineData("update movements set quantity = 1")]
    [InlineData("delete from movements")]
    [InlineData("update events set version = 2")]
    [InlineData("delete from events")]
    [InlineData("delete from allocations")]
    [InlineData("delete from reservations")]
    public async Task The_service_itself_may_not_rewrite_history(string sql)
    {
        await using var db = await InventoryDatabase.CreateAsync();
        (await Sql.IsForbiddenAsync(db.Names.App, sql)).Should().BeTrue();
    }

    [Theory]
    [InlineData("update levels set allocated = 2", "no_oversell")]
    [InlineData("update levels set allocated = -1", "not_negative")]
    [InlineData(
        "insert into levels select 'unheard-of', location, 0, 0, 0, 0, 0, 0, 0, '' from levels",
        "fk_levels_items_sku"
    )]
    [InlineData(
        """
            insert into movements
            select sku, location, sequence, 'adjusted', quantity, on_hand, allocated, 0, 0, 0, cause, 0, actor, reason, null,
                occurred_at, hash
            from movements
            """,
        "pk_movements"
    )]
    [InlineData(
        """
            insert into movements
            select sku, location, sequence + 1, kind, quantity, on_hand, allocated, 0, 0, 0, cause, 0, actor, reason, null,
                occurred_at, hash
            from movements
            """,
        "ix_movements_cause_kind_sku_location_step"
    )]
    [InlineData("insert into backorders values (gen_random_uuid(), 'cup', 1, 1, 2, null, 'open')", "not_overfilled")]
    [InlineData(
        """
            insert into waitlist (id, sku, customer, quantity, state)
            select gen_random_uuid(), 'cup', 'ann', 1, state from unnest(array['waiting', 'offered']) as s(state)
            """,
        "ix_waitlist_one_entry"
    )]
    public async Task The_database_rejects_impossible_rows_from_every_writer(string sql, string constraint)
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        var writing = () => Sql.ScalarAsync<object>(db.Names.Owner, sql);
        (await writing.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be(constraint);
    }
}
