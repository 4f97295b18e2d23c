using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Npgsql;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>A session makes its plans while the tables are empty, and keeps them when they are full: no decision may read all that was ever decided.</summary>
public sealed class PlanTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private static readonly string[] Growing =
    [
        "reservations",
        "allocations",
        "shipments",
        "backorders",
        "holds",
        "hold_lines",
        "waitlist",
        "inbounds",
        "inbound_lines",
        "movements",
        "idempotency_keys",
    ];

    [Theory]
    [InlineData("uuid[]", StockLoader.Claims)]
    [InlineData("uuid[]", StockLoader.ClaimedSkus)]
    [InlineData("text[], text[]", StockLoader.Answers)]
    [InlineData("uuid[], text[], timestamptz", StockLoader.LockHolds)]
    [InlineData("uuid[], text[], timestamptz", StockLoader.HoldLines)]
    [InlineData("text[]", StockLoader.LockDocuments)]
    [InlineData("text[]", StockLoader.DocumentLines)]
    [InlineData("text[]", StockLoader.LockLevels)]
    [InlineData("uuid[]", StockLoader.Open)]
    [InlineData("uuid[]", StockLoader.Shipped)]
    [InlineData("text[]", StockLoader.Backorders)]
    [InlineData("text[]", StockLoader.Waitlist)]
    [InlineData("text[], text[]", StockLoader.Bought)]
    [InlineData("text[], text[]", StockLoader.Held)]
    [InlineData("text[]", StockLoader.Due)]
    public async Task The_plan_of_a_decision_made_on_an_empty_table_does_not_read_all_of_it(
        string types,
        string statement
    )
    {
        await using var connection = new NpgsqlConnection(fixture.Database.Names.App);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
        await using var explain = new NpgsqlCommand(
            $"""
            set local enable_seqscan = off;
            set local plan_cache_mode = force_generic_plan;
            prepare step({types}) as {statement};
            explain execute step({nulls});
            deallocate step
            """,
            connection
        );
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        do
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                plan.Add(reader.GetString(0));
        } while (await reader.NextResultAsync(TestContext.Current.CancellationToken));

        plan.Should().NotBeEmpty();
        foreach (
            var (line, index) in plan.Select((line, index) => (line, index))
                .Where(l => Growing.Any(table => l.line.Contains($" on {table} ", StringComparison.Ordinal)))
        )
        {
            line.Should().NotContain("Seq Scan", string.Join('\n', plan));
            if (
                line.Contains("Index", StringComparison.Ordinal)
                && !line.Contains("ix_holds_active", StringComparison.Ordinal)
            )
                plan[(index + 1)..]
                    .FirstOrDefault()
                    ?.Should()
                    .Contain("Cond", $"an index without a condition is read as a whole:\n{string.Join('\n', plan)}");
        }
    }
}
