using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Who waits is served also where the change that made units available could not do it.</summary>
public sealed class QueueReviewTests
{
    [Fact]
    public async Task Who_waits_is_served_by_the_next_start_where_a_crash_came_between_a_change_and_the_serving()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "backorder_limit = 100");
        await ExecuteAsync("insert into locations (location, priority, version) values ('annex', 100, 1)");
        (await db.ReserveAsync(InventoryDatabase.Waiting("cup", 2))).State.Should().Be(ReservationState.Backordered);
        await db.RunAsync<CommandOutcome>(
            new BookCommand(
                "truck",
                [1],
                MovementKind.Received,
                "truck",
                "olga",
                "truck",
                [new StockLine("cup", "annex", 3)]
            )
        );
        // As PATCH /locations/annex commits it, before the process ends.
        await ExecuteAsync("update locations set sold_since = now() where location = 'annex'");
        (await FilledAsync()).Should().Be(0);

        await using var service = new ServiceHost<Program>(db.Names.App);
        using var client = service.CreateClient();

        await Wait.UntilAsync(async () => await FilledAsync() == 2, "the order has its units");
        (await db.NumberAsync("select sum(on_hand - allocated)::bigint from levels")).Should().Be(1);

        Task<long> FilledAsync() => db.NumberAsync("select sum(filled)::bigint from backorders");
        Task ExecuteAsync(string sql) => Sql.ScalarAsync<object>(db.Names.Owner, sql);
    }
}
