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

    public static TheoryData<string, string> Statements =>
        new()
        {
            { "uuid[]", StockLoader.Claims },
            { "uuid[]", StockLoader.ClaimedSkus },
            { "text[], text[]", StockLoader.Answers },
            { "uuid[], text[], timestamptz", StockLoader.LockHolds },
            { "uuid[], text[], timestamptz", StockLoader.HoldLines },
            { "text[]", StockLoader.LockDocuments },
            { "text[]", StockLoader.DocumentLines },
            { "text[]", StockLoader.LockLevels },
            { "uuid[]", StockLoader.Open },
            { "uuid[]", StockLoader.Shipped },
            { "text[]", StockLoader.Backorders },
            { "text[]", StockLoader.Waitlist },
            { "text[], text[]", StockLoader.Bought },
            { "text[], text[]", StockLoader.Held },
            { "text[]", StockLoader.Due },
        };

    [Theory]
    [MemberData(nameof(Statements))]
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
