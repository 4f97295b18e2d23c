using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>The operator's list of orders and work that need attention.</summary>
public sealed class AttentionTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task Only_orders_given_up_and_work_failing_for_minutes_are_listed_oldest_first()
    {
        var ids = await fixture.Database.AcceptAsync(8);
        await SetAsync(ids[0], "status = 'needs_attention', reason = 'not finished'", minutesAgo: 1);
        await SetAsync(ids[1], "status = 'cancelled', compensation_pending = true, attempts = 3", minutesAgo: 6);
        await SetAsync(ids[2], "status = 'cancelled', compensation_pending = true, attempts = 3", minutesAgo: 4);
        await SetAsync(ids[3], "status = 'cancelled', compensation_pending = true, attempts = 2", minutesAgo: 6);
        await SetAsync(ids[4], "status = 'reserved', attempts = 40", minutesAgo: 20);
        await AddJobAsync("shipments", "actor", ids[5], "preparing", attempts: 3, minutesAgo: 8);
        await AddJobAsync("returns", "caller", ids[5], "decided", attempts: 3, minutesAgo: 7);
        await AddJobAsync("cancellations", "caller", ids[7], "requested", attempts: 3, minutesAgo: 9);
        foreach (
            var (state, attempts, minutesAgo) in ((string, int, int)[])
                [("requested", 2, 9), ("requested", 3, 4), ("settled", 3, 9)]
        )
            await AddJobAsync("cancellations", "caller", ids[6], state, attempts, minutesAgo);
        foreach (var (state, attempts, minutesAgo) in ((string, int, int)[])[("dispatched", 3, 8), ("preparing", 3, 4)])
            await AddJobAsync("shipments", "actor", ids[6], state, attempts, minutesAgo);
        foreach (
            var (state, attempts, minutesAgo) in ((string, int, int)[])
                [("requested", 3, 8), ("decided", 2, 8), ("decided", 3, 4), ("settled", 3, 8)]
        )
            await AddJobAsync("returns", "caller", ids[6], state, attempts, minutesAgo);

        var attention = await fixture
            .Service.As(Identity.Operator, "olga")
            .GetFromJsonAsync<JsonElement>("ops/attention", TestContext.Current.CancellationToken);

        attention
            .GetProperty("items")
            .EnumerateArray()
            .Select(i =>
                (
                    i.GetProperty("kind").GetString(),
                    i.GetProperty("orderId").GetGuid(),
                    i.GetProperty("state").GetString()
                )
            )
            .Should()
            .Equal(
                ("cancellation", ids[7], "requested"),
                ("shipment", ids[5], "preparing"),
                ("return", ids[5], "decided"),
                ("compensation", ids[1], "cancelled"),
                ("order", ids[0], "needs_attention")
            );
        attention.GetProperty("total").GetInt64().Should().Be(5);
    }

    [Theory]
    [InlineData(3L)]
    [InlineData(null)]
    public async Task Operators_see_how_many_messages_are_parked_and_the_rest_while_History_is_away(long? parked)
    {
        fixture.Fakes.Parked = parked;
        foreach (var path in new[] { "ops/attention", "ops/backlog" })
            (
                await fixture
                    .Service.As(Identity.Operator, "olga")
                    .GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken)
            )
                .GetProperty("parkedMessages")
                .ToString()
                .Should()
                .Be($"{parked}", path);
    }

    private Task SetAsync(Guid id, string columns, int minutesAgo) =>
        Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set {columns}, due_at = 'infinity', updated_at = now() - interval '{minutesAgo} minutes' where id = '{id}'"
        );

    // Due in a day: no worker executes them meanwhile.
    private Task AddJobAsync(string table, string actor, Guid order, string state, int attempts, int minutesAgo) =>
        Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"""
            insert into {table} (id, order_id, number, state, lines, {actor}, key, fingerprint, reason, created_at, {(
                table switch
                {
                    "returns" => "decided_at",
                    "cancellations" => "amount, settled_at",
                    _ => "dispatched_at",
                }
            )}, due_at, attempts)
            select gen_random_uuid(), '{order}', count(*) + 1, '{state}', '[]', 'olga', gen_random_uuid()::text, '', '', now() - interval '{minutesAgo} minutes', {(table == "cancellations" ? "0, " : "")}now() - interval '{minutesAgo} minutes', now() + interval '1 day', {attempts}
            from {table} where order_id = '{order}'
            """
        );
}
