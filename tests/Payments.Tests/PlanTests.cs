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
        insert into payments (order_id, amount, captured, state, attempt, version)
        select gen_random_uuid(), 1, 1, 'captured', 1, 1 from generate_series(1, 5000);
        insert into provider_calls (key, order_id, reference, operation, amount, state, is_cancelled, attempts,
                                    asked_at, due_at)
        select 'charge-' || order_id, order_id, order_id::text, 'charge', amount, 'succeeded', false, 1, now(), now()
        from payments;
        """;

    [Theory]
    [InlineData("uuid[]", PaymentStore.Lock)]
    [InlineData("text", PaymentStore.FindCall)]
    [InlineData("text[]", PaymentStore.LockCalls)]
    [InlineData("uuid[], timestamptz", PaymentStore.CancelCharges)]
    [InlineData("timestamptz, timestamptz, int", PaymentStore.ClaimDue)]
    [InlineData("timestamptz", PaymentStore.EndLeases)]
    [InlineData("text, timestamptz", PaymentStore.MakeDue)]
    [InlineData("timestamptz, int", PaymentStore.ClaimRenewals)]
    [InlineData("uuid[]", PaymentStore.SelectTokens)]
    [InlineData("uuid, int", PaymentStore.MarkTold)]
    [InlineData("text, timestamptz", PaymentStore.RenewNow)]
    [InlineData(
        "uuid[], text[], text[], int[], int[], numeric[], numeric[], text[], timestamptz[], "
            + "numeric[], numeric[], numeric[], timestamptz[], timestamptz[], int[], int[]",
        PaymentStore.Update
    )]
    [InlineData("uuid[]", PaymentStore.SelectRefundable)]
    [InlineData("uuid", PaymentReader.SelectPayment)]
    [InlineData("uuid", PaymentReader.SelectCalls)]
    public async Task A_plan_made_on_empty_tables_reads_full_ones_by_index(string types, string statement)
    {
        var plan = await QueryPlans.MadeOnEmptyTablesAsync(fixture.Database.Owner, types, statement, Fill);

        plan.Should().Contain("Index").And.NotContain("Seq Scan");
    }
}
