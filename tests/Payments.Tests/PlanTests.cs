using DaprShop.Payments.Model;
using DaprShop.Payments.Queries;
using DaprShop.TestKit;

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
        var plan = await QueryPlans.MadeOnEmptyTablesAsync(fixture.Database.Owner, types, statement, Fill);

        plan.Should().Contain("Index").And.NotContain("Seq Scan");
    }
}
