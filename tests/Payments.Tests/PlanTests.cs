using DaprShop.Payments.Model;
using DaprShop.Payments.Queries;
using Npgsql;

namespace DaprShop.Payments.Tests;

/// <summary>
/// A session keeps the plans that it made while the tables were empty. They must not read whole tables when these are
/// full, even if no session has analysed them.
/// </summary>
public sealed class PlanTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private const string Fill = """
        insert into payments (order_id, amount, token, state, charge_attempts, version)
        select gen_random_uuid(), 1, 'tok_ok', 'captured', 1, 1 from generate_series(1, 5000);
        insert into provider_ledger (reference, kind, amount, recorded_at)
        select order_id::text, 'charge', amount, now() from payments;
        """;

    [Theory]
    [InlineData("uuid[]", PaymentStore.Lock)]
    [InlineData("text[]", PaymentStore.SelectCharged)]
    [InlineData("text", PaymentStore.SelectPartRefund)]
    [InlineData("uuid", PaymentStore.WasCharged)]
    [InlineData("uuid[], text[], text[], int[], int[], numeric[]", PaymentStore.Update)]
    [InlineData("uuid", PaymentReader.SelectPayment)]
    [InlineData("text", PaymentReader.SelectLedger)]
    public async Task A_plan_made_on_empty_tables_reads_full_ones_by_index(string types, string statement)
    {
        await using var connection = new NpgsqlConnection(fixture.Database.Owner);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
        var explain = $"explain execute planned({nulls})";

        await LinesAsync(
            connection,
            $"set local plan_cache_mode = force_generic_plan; prepare planned({types}) as {statement}; {explain}"
        );
        await LinesAsync(connection, Fill);
        var plan = await LinesAsync(connection, explain);
        await LinesAsync(connection, "deallocate planned");

        plan.Should().Contain("Index").And.NotContain("Seq Scan");
    }

    private static async Task<string> LinesAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        do
        {
            while (await reader.ReadAsync())
                lines.Add((string)reader[0]);
        } while (await reader.NextResultAsync());

        return string.Join('\n', lines);
    }
}
