using DaprShop.Orders.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>A session makes its plans while the tables are empty, and keeps them when they are full.</summary>
public sealed class PlanTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Theory]
    [InlineData("uuid", SagaStatements.Owned)]
    [InlineData("uuid", SagaStatements.OwnedLines)]
    [InlineData("uuid, uuid[]", SagaStatements.LetGo)]
    [InlineData("uuid, uuid[], timestamptz[]", SagaStatements.Wait)]
    [InlineData("uuid[], timestamptz", SagaStatements.Wake)]
    [InlineData("uuid, uuid[], text[], bigint[]", SagaStatements.Cut)]
    [InlineData("uuid, uuid[]", SagaStatements.Total)]
    [InlineData("uuid, uuid[], text[], text[], text[], text[], timestamptz, timestamptz", SagaStatements.Move)]
    public async Task The_plan_of_a_saga_step_made_on_an_empty_table_does_not_read_all_orders(string types, string statement)
    {
        await using var connection = await orders.Service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
        await using var explain = new NpgsqlCommand($"""
            set local plan_cache_mode = force_generic_plan;
            prepare step({types}) as {statement};
            explain execute step({nulls});
            deallocate step
            """, connection);
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync()) plan.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync());

        string.Join('\n', plan).Should().NotBeEmpty().And.NotContain("Seq Scan on orders");
    }
}
