using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>One key, one order.</summary>
public sealed class AcceptingTests
{
    [Fact]
    public async Task A_hundred_parallel_requests_with_one_key_make_one_order()
    {
        await using var db = await OrdersDatabase.CreateAsync();

        // Four replicas' groups, each of 25 requests of the same intent.
        var groups = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                        db.Accepting()
                            .CommitAsync([.. Enumerable.Repeat(OrdersDatabase.Order("k"), 25)], CancellationToken.None)
                    )
                )
        );
        var answers = groups.SelectMany(g => g).ToList();
        answers.Select(a => a.Order!.Id).Distinct().Should().ContainSingle();
        answers.Count(a => !a.Replayed).Should().Be(1);
        (await db.NumberAsync("select count(*) from orders")).Should().Be(1);
        (await db.NumberAsync("select count(*) from events")).Should().Be(1);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict_in_the_same_group_and_later()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var group = await db.Accepting()
            .CommitAsync(
                [OrdersDatabase.Order("k"), OrdersDatabase.Order("k", fingerprint: 2)],
                CancellationToken.None
            );
        var later = await db.Accepting()
            .CommitAsync([OrdersDatabase.Order("k", fingerprint: 3)], CancellationToken.None);
        group[0].Order.Should().NotBeNull();
        group[1].Order.Should().BeNull();
        later[0].Order.Should().BeNull();
        (await db.NumberAsync("select count(*) from orders")).Should().Be(1);
    }

    [Fact]
    public async Task A_repetition_gets_the_identical_response_even_after_the_order_has_changed()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var first = await db.Accepting().CommitAsync([OrdersDatabase.Order("k")], CancellationToken.None);
        await Sql.ScalarAsync<object>(db.Names.App, "update orders set status = 'reserved', version = 2");
        var again = await db.Accepting().CommitAsync([OrdersDatabase.Order("k")], CancellationToken.None);
        System
            .Text.Json.JsonSerializer.Serialize(again[0].Order)
            .Should()
            .Be(System.Text.Json.JsonSerializer.Serialize(first[0].Order));
        again[0].Replayed.Should().BeTrue();
    }

    [Fact]
    public async Task Two_customers_may_use_the_same_key()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var answers = await db.Accepting()
            .CommitAsync(
                [OrdersDatabase.Order("k", caller: "alice"), OrdersDatabase.Order("k", caller: "bob")],
                CancellationToken.None
            );
        answers.Select(a => a.Order!.Id).Distinct().Should().HaveCount(2);
    }

    [Fact]
    public async Task Groups_that_share_keys_in_any_sequence_never_deadlock()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await using var rival = await Rival.BeginAsync(
            db.Names.App,
            "insert into idempotency_keys values ('alice', 'y', '', gen_random_uuid()), ('alice', 'z', '', gen_random_uuid())"
        );

        // Each would hold one key that the other wants, while both wait for the rival.
        var one = db.Accepting()
            .CommitAsync(
                [OrdersDatabase.Order("a"), OrdersDatabase.Order("y"), OrdersDatabase.Order("b")],
                CancellationToken.None
            );
        await rival.IsWaitedForAsync(1);
        var other = db.Accepting()
            .CommitAsync(
                [OrdersDatabase.Order("b"), OrdersDatabase.Order("z"), OrdersDatabase.Order("a")],
                CancellationToken.None
            );
        await rival.IsWaitedForAsync(2);
        await rival.DisposeAsync();

        (await Task.WhenAll(one, other)).SelectMany(a => a).Select(a => a.Order!.Id).Distinct().Should().HaveCount(4);
    }

    [Theory]
    [InlineData("update events set version = 2")]
    [InlineData("delete from events")]
    [InlineData("delete from orders")]
    [InlineData("update order_lines set quantity = 1")]
    [InlineData("delete from idempotency_keys")]
    public async Task The_services_role_cannot_rewrite_orders_lines_or_keys(string sql)
    {
        await using var db = await OrdersDatabase.CreateAsync();
        (await Sql.IsForbiddenAsync(db.Names.App, sql)).Should().BeTrue();
    }

    [Theory]
    [InlineData("update order_lines set shipped = quantity + 1", "not_overshipped")]
    [InlineData("update order_lines set returned = shipped + 1", "not_overreturned")]
    [InlineData(
        """
            insert into shipments
                (id, order_id, number, state, lines, actor, key, fingerprint, created_at, due_at, attempts)
            select gen_random_uuid(), id, n, 'preparing', '[]', 'olga', n::text, '', now(), now(), 0
            from orders, generate_series(1, 2) as n
            """,
        "ix_shipments_one_preparing"
    )]
    public async Task The_database_rejects_an_impossible_row_even_from_its_owner(string sql, string constraint)
    {
        await using var db = await OrdersDatabase.CreateAsync();
        await db.AcceptAsync(1);
        var writing = () => Sql.ScalarAsync<object>(db.Names.Owner, sql);
        (await writing.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be(constraint);
    }
}
