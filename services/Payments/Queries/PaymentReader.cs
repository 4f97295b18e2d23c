using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Model;
using Npgsql;

namespace DaprShop.Payments.Queries;

/// <summary>
/// An order's payment; money in GBP. <paramref name="RefundedInParts"/>: the sum of its part refunds.
/// </summary>
/// <param name="Attempt">Cards that were tried.</param>
/// <param name="Calls">What the provider was asked, in order.</param>
internal sealed record PaymentView(
    Guid OrderId,
    PaymentState State,
    decimal Amount,
    string? Reason,
    int Attempt,
    int Version,
    decimal RefundedInParts,
    IReadOnlyList<CallView> Calls
);

/// <summary>A request to the provider; <paramref name="Amount"/> in GBP.</summary>
/// <param name="Operation">charge, refund or part_refund.</param>
/// <param name="State">open (no answer yet), processing (the provider reports later), succeeded or failed.</param>
/// <param name="Reason">Why it has not succeeded.</param>
/// <param name="Attempts">Times that the provider was asked or the call was looked up.</param>
internal sealed record CallView(
    string Operation,
    decimal Amount,
    string State,
    string? Reason,
    int Attempts,
    DateTimeOffset AskedAt,
    DateTimeOffset? AnsweredAt
);

/// <summary>Reads payments without locking them.</summary>
internal sealed class PaymentReader(NpgsqlDataSource database)
{
    internal const string SelectPayment = """
        select order_id, state, amount, reason, attempt, version, refunded_in_parts
        from payments where order_id = $1
        """;

    internal const string SelectCalls = """
        select operation, amount, state, reason, attempts, asked_at, answered_at
        from provider_calls where order_id = $1 order by asked_at, key
        """;

    /// <summary>The order's payment with its calls of the provider; null where no request has named the order.</summary>
    public async Task<PaymentView?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(SelectPayment, orderId);
        batch.Add(SelectCalls, orderId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var payment = (await reader.ReadAllAsync<PaymentRow>(cancellationToken)).SingleOrDefault();
        if (payment is null)
            return null;
        var calls = await reader.ReadNextAsync<CallView>(cancellationToken);
        return new PaymentView(
            payment.OrderId,
            PaymentStates.Parse(payment.State),
            payment.Amount,
            payment.Reason,
            payment.Attempt,
            payment.Version,
            payment.RefundedInParts,
            calls
        );
    }

    private sealed record PaymentRow(
        Guid OrderId,
        string State,
        decimal Amount,
        string? Reason,
        int Attempt,
        int Version,
        decimal RefundedInParts
    );
}
