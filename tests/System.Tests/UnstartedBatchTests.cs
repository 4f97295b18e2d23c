using System.Diagnostics;
using System.Text.Json;
using DaprShop.TestKit;
using Npgsql;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Orders dies between the claim of a batch and the start of its workflow.</summary>
public sealed class UnstartedBatchTests(SharedShop shops, ITestOutputHelper output) : SharedShopTest(shops)
{
    // What the dispatcher's claim does to one order.
    private const string Claim = """
        with claimed as (
            update orders set batch_id = gen_random_uuid(), attempts = attempts + 1, due_at = 'infinity'
            where id = $1 and status = 'accepted' and batch_id is null returning id, batch_id)
        insert into batches (id, order_ids, started_at, progressed_at, abandoned)
        select batch_id, array[id], now(), now(), false from claimed
        """;

    // The watchdog would need half a minute. On a quiet machine it takes less than 5 s.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task Its_order_goes_on_as_soon_as_Orders_runs_again(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        var sku = await fixture.CreateItemAsync(5);
        (
            await SendAsync(fixture.Olga, HttpMethod.Put, "ops/saga", new { batchSize = 200, slots = 0 })
        ).EnsureSuccessStatusCode();
        var id = await IdAsync(await OrderAsync(fixture.Alice, sku));
        await ClaimAsync(fixture.Shop, id);

        await fixture.Shop.KillAsync("orders");
        var killed = Stopwatch.GetTimestamp();
        await Wait.UntilAsync(
            async () =>
            {
                using var response = await fixture.Alice.GetAsync($"orders/{id}");
                return response.IsSuccessStatusCode
                    && JsonElement
                        .Parse(await response.Content.ReadAsStringAsync())
                        .GetProperty("status")
                        .ValueEquals("confirmed");
            },
            "the order is confirmed"
        );

        var elapsed = Stopwatch.GetElapsedTime(killed);
        output.WriteLine($"{runtime}: confirmed {elapsed.TotalSeconds:0.0} s after the kill");
        elapsed.Should().BeLessThan(Limit);
    }

    private static async Task ClaimAsync(LiveShop shop, Guid order)
    {
        var owner = JsonElement
            .Parse(await File.ReadAllTextAsync(shop.PathOf(".shop/owner.json")))
            .GetProperty("orders")
            .GetString();
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Claim, connection) { Parameters = { new() { Value = order } } };
        (await command.ExecuteNonQueryAsync()).Should().Be(1);
    }
}
