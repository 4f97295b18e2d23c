using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>A session makes its plans while the tables are empty, and keeps them when they are full.</summary>
public sealed class PlanTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task An_operators_page_is_read_along_an_index_and_not_sorted() =>
        (await PlanAsync("bigint, int", "select * from orders where number < $1 order by number desc limit $2"))
            .Should()
            .Contain("Index Scan Backward using ix_orders_number")
            .And.NotContain("Sort");

    [Theory]
    [InlineData("uuid[], int, text, timestamptz, int", SagaStatements.Claim)]
    [InlineData("uuid, int", SagaStatements.Exhausted)]
    public async Task Who_looks_for_work_looks_among_the_unfinished(string types, string statement) =>
        (await PlanAsync(types, statement)).Should().Contain("ix_orders_unfinished").And.NotContain("ix_orders_number");

    [Theory]
    [InlineData("uuid", SagaStatements.Owned)]
    [InlineData("uuid", SagaStatements.OwnedLines)]
    [InlineData("uuid, uuid[]", SagaStatements.LetGo)]
    [InlineData("uuid, uuid[], timestamptz[]", SagaStatements.Wait)]
    [InlineData("uuid[], timestamptz", SagaStatements.Wake)]
    [InlineData("uuid, uuid[], text[], bigint[]", SagaStatements.Cut)]
    [InlineData("uuid, uuid[]", SagaStatements.Total)]
    [InlineData("uuid, uuid[], text[], text[], text[], text[], timestamptz, timestamptz", SagaStatements.Move)]
    public async Task The_plan_of_a_saga_step_made_on_an_empty_table_does_not_read_all_orders(
        string types,
        string statement
    ) => (await PlanAsync(types, statement)).Should().NotBeEmpty().And.NotContain("Seq Scan on orders");

    private async Task<string> PlanAsync(string types, string statement)
    {
        await using var connection = await orders
            .Service.Services.GetRequiredService<NpgsqlDataSource>()
            .OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
        await using var explain = new NpgsqlCommand(
            $"""
            set local plan_cache_mode = force_generic_plan;
            prepare step({types}) as {statement};
            explain execute step({nulls});
            deallocate step
            """,
            connection
        );
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
                plan.Add(reader.GetString(0));
        } while (await reader.NextResultAsync());

        return string.Join('\n', plan);
    }
}
