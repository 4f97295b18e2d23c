using System.Text.Json;
using Npgsql;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>History is rebuilt from the services' event logs while orders are placed.</summary>
public sealed class RebuildTests(SharedShop shops) : SharedShopTest(shops)
{
    private const int Before = 40;
    private const int Streams = 4;

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task N6_A_rebuild_during_orders_equals_the_live_history_and_repairs_a_tampered_row(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        var sku = await fixture.CreateItemAsync(100_000);
        for (var i = 0; i < Before; i++)
            await IdAsync(await OrderAsync(fixture.Alice, sku));
        using var closing = new CancellationTokenSource();
        var flow = Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => FlowAsync(fixture, sku, closing.Token)));

        var (exitCode, output, errors) = await fixture.Shop.TryAsync("history", "rebuild", "--json");
        var flowing = !flow.IsCompleted;
        await TamperAsync(fixture.Shop);
        var (tamperedCode, tamperedOutput, _) = await fixture.Shop.TryAsync("history", "rebuild", "--json");
        var (repairedCode, repairedOutput, _) = await fixture.Shop.TryAsync("history", "rebuild");
        await closing.CancelAsync();
        var orders = (await flow).Sum();

        exitCode.Should().Be(0, output + errors);
        flowing.Should().BeTrue("orders are placed during the rebuild");
        orders.Should().BeGreaterThan(Streams);
        Phase(output).Should().Be("identical");
        (tamperedCode, Phase(tamperedOutput)).Should().Be((1, "repaired"), tamperedOutput);
        tamperedOutput.Should().Contain("mallory");
        (repairedCode, repairedOutput)
            .Should()
            .Match<(int Code, string Output)>(
                t => t.Code == 0 && t.Output.Contains("identical, byte for byte"),
                repairedOutput
            );
        await fixture.Shop.AuditAsync();
    }

    private static async Task<int> FlowAsync(ShopFixture fixture, string sku, CancellationToken closing)
    {
        var placed = 0;
        for (; !closing.IsCancellationRequested; placed++)
            await IdAsync(await OrderAsync(fixture.Alice, sku));
        return placed;
    }

    private static async Task TamperAsync(LiveShop shop)
    {
        var owner = JsonElement
            .Parse(await File.ReadAllTextAsync(shop.PathOf(".shop/owner.json")))
            .GetProperty("history")
            .GetString();
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            update order_owners set customer = 'mallory'
            where order_id = (select min(order_id::text)::uuid from order_owners)
            """,
            connection
        );
        (await command.ExecuteNonQueryAsync()).Should().Be(1);
    }

    private static string? Phase(string output) => JsonElement.Parse(output).GetProperty("phase").GetString();
}
