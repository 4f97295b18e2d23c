using DaprShop.History.Timelines;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

/// <summary>
/// A session keeps the plans that it made while the tables were empty. They must not read whole tables when these are
/// full, even if no session has analysed them.
/// </summary>
public sealed class PlanTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    private const string Time = "timestamptz";
    private const string OfOrder = $"uuid, {Time}, smallint, bigint, text, {Time}, {Time}, int";
    private const string OfStock = $"text, {Time}, {Time}, text, bigint, text, bigint, int";

    private const string Fill = """
        insert into order_owners (order_id, customer)
        select gen_random_uuid(), 'c' || n % 100 from generate_series(1, 5000) n;
        insert into order_timeline (order_id, at, step, position, type)
        select order_id, now(), 0, 1, 'order.accepted' from order_owners;
        insert into stock_operations (position, at, kind, cause, actor)
        select n, now(), 'received', 'r', 'o' from generate_series(1, 5000) n;
        insert into stock_timeline (sku, location, sequence, operation, on_hand, allocated, available, held,
                                    unavailable, incoming, quantity)
        select 's' || n % 100, 'main', n, n, 1, 0, 1, 0, 0, 0, 1 from generate_series(1, 5000) n;
        """;

    [Theory]
    [InlineData("uuid", TimelineReader.SelectOwner)]
    [InlineData(OfOrder, TimelineReader.Forwards)]
    [InlineData(OfOrder, TimelineReader.Backwards)]
    [InlineData($"text, {Time}, smallint, bigint, text, {Time}, {Time}, int, uuid", TimelineReader.OfCustomer)]
    [InlineData($"text, {Time}, {Time}, text, text, bigint, int", TimelineReader.OfSkuAtLocation)]
    [InlineData(OfStock, TimelineReader.OfSku)]
    [InlineData(OfStock, TimelineReader.OfLocation)]
    public async Task A_plan_made_on_empty_tables_reads_full_ones_by_index(string types, string statement)
    {
        var plan = await QueryPlans.MadeOnEmptyTablesAsync(fixture.Database.Owner, types, statement, Fill);

        plan.Should().Contain("Index").And.NotContain("Seq Scan");
    }
}
