using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Audit.Tests;

public sealed class RepairTests(SmallShop shop) : IClassFixture<SmallShop>
{
    private static readonly string[] Skus = ["cup", "mug", "pot", "tea"];
    private int _keys;

    [Theory]
    [InlineData("update levels set allocated = allocated - 1 where sku = 'cup' and location = 'main'")]
    [InlineData(
        "update levels set on_hand = on_hand + 1, held = held + 1, sequence = sequence - 1 where sku = 'cup' "
            + "and location = 'main'"
    )]
    [InlineData("alter table levels drop constraint no_oversell; update levels set short = 0")]
    [InlineData("update levels set incoming = 0, hash = ''")]
    [InlineData("delete from holds where state = 'active' and entry_id is null")]
    [InlineData(
        "delete from hold_lines l using holds h where h.id = l.hold_id and state = 'active' and entry_id is "
            + "null; delete from holds where state = 'active' and entry_id is null"
    )]
    [InlineData("delete from holds where state = 'active' and entry_id is not null")]
    [InlineData("update holds set state = 'released' where state = 'active' and entry_id is null")]
    [InlineData("delete from allocations where sku = 'tea'")]
    [InlineData("delete from allocations")]
    [InlineData("update inbounds set state = 'received' where reference = 'T-1'")]
    [InlineData("insert into backorders values (gen_random_uuid(), 'mug', -1, 1, 0, null, 'open')")]
    [InlineData(
        "insert into waitlist (id, sku, customer, quantity, state) values (gen_random_uuid(), 'cup', 'hal', 2, "
            + "'waiting')"
    )]
    public async Task N4_Drift_is_found_repaired_and_does_not_recur(string corruption) =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await copy.CorruptAsync(corruption);
            (await BrokenAsync(copy)).Should().NotBeEmpty();
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);

            var first = await RepairAsync(stock);
            var second = await RepairAsync(stock);

            first.Changes.Should().NotBeEmpty();
            second.Changes.Should().BeEmpty();
            (await BrokenAsync(copy)).Should().BeEmpty();
            return true;
        });

    [Theory]
    [InlineData("auditor")]
    [InlineData("saga")]
    [InlineData("queue")]
    [InlineData("clock")]
    public async Task S13_A_person_may_have_the_name_of_a_component_of_the_shop(string name) =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);
            var (released, open) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            var until = TimeProvider.System.GetUtcNow().AddHours(1);
            StockLine[] lines = [new("pot", "main", 9)];
            foreach (
                var command in new KeyedCommand[]
                {
                    new BookCommand(Key(), [1], MovementKind.Received, $"of {name}", name, "truck", lines),
                    new PlaceHoldCommand(Key(), [1], released, name, [new("pot", 2)], until, name),
                    new PlaceHoldCommand(Key(), [1], open, name, [new("pot", 3)], until, name),
                    new ReleaseHoldCommand(Key(), [1], released, name, name),
                }
            )
            {
                var one = command is BookCommand book ? book with { Key = book.Cause } : command;
                ((CommandOutcome)(await stock.CommitAsync([one], CancellationToken.None))[0]).Refusal.Should().BeNull();
            }

            (await BrokenAsync(copy)).Should().BeEmpty();
            (await RepairAsync(stock)).Changes.Should().BeEmpty();
            (
                await Sql.ScalarAsync<string>(
                    copy.App,
                    $"select string_agg(kind || ' ' || actor_type, ', ' order by sequence) from movements where actor = '{name}' and actor_type <> 'system'"
                )
            )
                .Should()
                .Be("received operator, held customer, held customer, released customer");
            return true;
        });

    [Theory]
    [InlineData("delete from allocations where step > 4294967296", "olga")]
    [InlineData("delete from allocations where step > 4294967296 and quantity < 0", "olga")]
    [InlineData("delete from allocations where step > 4294967296", "auditor")]
    public async Task An_allocation_that_was_moved_is_consistent_and_is_restored_where_its_rows_are_lost(
        string damage,
        string mover
    ) => await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);
            var order = await Sql.ScalarAsync<Guid>(
                copy.App,
                """
                select order_id from allocations a join reservations r using (order_id)
                where sku = 'cup' and location = 'main' and r.state = 'allocated'
                  and not exists (select from shipments s where s.order_id = a.order_id) limit 1
                """
            );
            await database.ExecuteAsync(
                "insert into locations (location, priority, sold_since) values ('south', 100, 'epoch')",
                [],
                CancellationToken.None
            );
            StockLine[] lines = [new("cup", "south", 5)];
            foreach (
                var command in new StockCommand[]
                {
                    new BookCommand(Key(), [1], MovementKind.Received, "south", "olga", "truck", lines),
                    new MoveAllocationCommand(Key(), [1], order, "cup", "main", "south", 1, mover, "closed"),
                }
            )
                ((CommandOutcome)(await stock.CommitAsync([command], CancellationToken.None))[0])
                    .Refusal.Should()
                    .BeNull();
            (await BrokenAsync(copy)).Should().BeEmpty();

            await copy.CorruptAsync(damage);
            (await BrokenAsync(copy)).Should().NotBeEmpty();
            (await RepairAsync(stock)).Changes.Should().NotBeEmpty();
            (await BrokenAsync(copy)).Should().BeEmpty();
            (await Sql.ScalarAsync<long>(copy.App, "select count(*) from allocations where step > 4294967296"))
                .Should()
                .Be(2, "the movements prove both rows, whoever made them");
            return true;
        });

    [Theory]
    [InlineData("update levels set held = 0 where sku = 'pot' and location = 'main'")]
    [InlineData("update levels set sequence = sequence - 1 where sku = 'pot' and location = 'main'")]
    [InlineData("update hold_lines set quantity = 900 where sku = 'pot' and quantity = 7")]
    public async Task N4_A_level_below_an_expired_hold_is_repaired_and_then_the_hold_expires(string corruption) =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);
            await stock.CommitAsync(
                [
                    new BookCommand(
                        Key(),
                        [1],
                        MovementKind.Received,
                        "flood",
                        "olga",
                        "truck",
                        [new StockLine("pot", "main", 1_000)]
                    ),
                ],
                CancellationToken.None
            );
            var hold = Guid.CreateVersion7();
            await stock.CommitAsync(
                [
                    new PlaceHoldCommand(
                        Key(),
                        [1],
                        hold,
                        "ivy",
                        [new("pot", 7)],
                        TimeProvider.System.GetUtcNow(),
                        "ivy"
                    ),
                ],
                CancellationToken.None
            );
            await copy.CorruptAsync(corruption);
            var end = () => stock.CommitAsync([new ExpireHoldsCommand([hold])], CancellationToken.None);
            await end.Should().ThrowAsync<PostgresException>();

            (await RepairAsync(stock)).Changes.Should().NotBeEmpty();
            (await BrokenAsync(copy)).Should().BeEmpty();
            await end();

            (await Sql.ScalarAsync<string>(copy.App, $"select state from holds where id = '{hold}'"))
                .Should()
                .Be("expired");
            (await BrokenAsync(copy)).Should().BeEmpty();
            return true;
        });

    [Theory]
    [InlineData("select 1")]
    [InlineData("delete from holds where state = 'committed'")] // Its units belong to its order.
    public async Task Consistent_claims_are_not_changed(string corruption) =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await copy.CorruptAsync(corruption);
            await using var database = NpgsqlDataSource.Create(copy.App);

            (await RepairAsync(Stock(database))).Changes.Should().BeEmpty();
            return true;
        });

    [Fact]
    public async Task N4_A_thousand_lost_claims_are_repaired_and_every_unit_is_sold() =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);
            await stock.CommitAsync(
                [
                    new BookCommand(
                        Key(),
                        [1],
                        MovementKind.Received,
                        "flood",
                        "olga",
                        "truck",
                        [new StockLine("pot", "main", 1_000)]
                    ),
                ],
                CancellationToken.None
            );
            var orders = Enumerable.Range(0, 400).Select(_ => Guid.CreateVersion7()).ToList();
            await stock.CommitAsync(
                [new ReserveCommand([.. orders.Select(id => new ReserveOrder(id, [new("pot", 1)]))])],
                CancellationToken.None
            );
            var holds = Enumerable.Range(0, 300).Select(_ => Guid.CreateVersion7()).ToList();
            foreach (var part in holds.Chunk(StockUnitOfWork.GroupLimit))
                await stock.CommitAsync(
                    [
                        .. part.Select(id => new PlaceHoldCommand(
                            Key(),
                            [1],
                            id,
                            "ivy",
                            [new("pot", 1)],
                            DateTimeOffset.MaxValue.AddYears(-1),
                            "ivy"
                        )),
                    ],
                    CancellationToken.None
                );

            // 400 orders and 300 holds are deleted, and 300 units are claimed without an order or a hold.
            await copy.CorruptAsync(
                $"""
                delete from allocations where order_id in ({List(
                    orders
                )}); delete from reservations where order_id in ({List(orders)});
                delete from hold_lines where hold_id in ({List(holds)}); delete from holds where id in ({List(holds)});
                update levels set allocated = allocated + 300 where sku = 'pot' and location = 'main'
                """
            );
            (await BrokenAsync(copy)).Should().Contain(["I-02", "I-04", "I-09", "I-11"]);

            await RepairAsync(stock);

            (await BrokenAsync(copy)).Should().BeEmpty();
            var left = await Sql.ScalarAsync<long>(
                copy.App,
                "select sum(on_hand - unavailable - allocated - held)::bigint from levels where sku = 'pot'"
            );
            left.Should().BeGreaterThanOrEqualTo(1_000);
            var sold = (ReserveResponse)
                (
                    await stock.CommitAsync(
                        [new ReserveCommand([new ReserveOrder(Guid.CreateVersion7(), [new("pot", (int)left)])])],
                        CancellationToken.None
                    )
                )[0];
            sold.Outcomes[0].State.Should().Be(ReservationState.Allocated);
            return true;
        });

    [Fact]
    public async Task SKUs_that_other_commands_change_in_the_same_commit_are_left_for_the_next_repair() =>
        await shop.Databases.OnCopyAsync(Apps.Inventory, async copy =>
        {
            await copy.CorruptAsync(
                "update levels set incoming = incoming + 1 where sku in ('cup', 'tea') and location = 'main'"
            );
            await using var database = NpgsqlDataSource.Create(copy.App);
            var stock = Stock(database);
            var book = new BookCommand(
                Key(),
                [1],
                MovementKind.Received,
                "late truck",
                "olga",
                "truck",
                [new StockLine("cup", "main", 1)]
            );

            var answer = (CommandOutcome)
                (
                    await stock.CommitAsync(
                        [book, new RepairCommand(Key(), [1], Skus, "requested by olga")],
                        CancellationToken.None
                    )
                )[1];

            var repaired = Read(answer);
            (string.Join(',', repaired.Busy), string.Join(',', repaired.Changes.Select(c => c.Sku)))
                .Should()
                .Be(("cup", "tea"));
            (await Sql.ScalarAsync<long>(copy.App, "select count(*) from movements where cause = 'late truck'"))
                .Should()
                .Be(1);
            return true;
        });

    [Fact]
    public async Task N6_A_changed_movement_is_named_by_the_rebuild()
    {
        var report = await shop.Databases.AuditAsync(
            Apps.Inventory,
            "update movements set quantity = -quantity where sku = 'mug' and sequence = 3"
        );

        report
            .Findings.Single(f => f.Check.Name == "I-10.rebuild")
            .Examples.Select(v => v.Subject)
            .Should()
            .Contain("mug at main, movement 3")
            .And.NotContain(s => s.StartsWith("cup"));
    }

    private string Key() => $"repair {++_keys}";

    private async Task<StockResponses.RepairResponse> RepairAsync(StockUnitOfWork stock)
    {
        var answer = (CommandOutcome)
            (
                await stock.CommitAsync(
                    [new RepairCommand(Key(), [1], Skus, "requested by olga")],
                    CancellationToken.None
                )
            )[0];
        return Read(answer);
    }

    private static StockResponses.RepairResponse Read(CommandOutcome answer) =>
        System.Text.Json.JsonSerializer.Deserialize<StockResponses.RepairResponse>(answer.Body, StockResponses.Json)!;

    /// <summary>
    /// The invariants that are violated in Inventory's database. That the new events are not published yet is expected.
    /// </summary>
    private static async Task<IEnumerable<string>> BrokenAsync(AuditTestDatabases.Copy copy)
    {
        NpgsqlConnection.ClearAllPools();
        return (await copy.AuditAsync())
            .Findings.Where(f => f.Database == Apps.Inventory && f.Check.Name != "I-23.lag" && f.Violations > 0)
            .Select(f => f.Check.Name);
    }

    private static StockUnitOfWork Stock(NpgsqlDataSource database) =>
        new(
            database,
            new RelaySignal(),
            new BackordersFilledSignal(),
            new NewOffers(),
            new StockPolicy(SourcingStrategy.Priority, TimeSpan.FromDays(2)),
            NoFailpoints.Instance,
            TimeProvider.System
        );

    private static string List(IEnumerable<Guid> ids) => string.Join(',', ids.Select(id => $"'{id}'"));
}
