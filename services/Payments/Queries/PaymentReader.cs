using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Model;
using Npgsql;

namespace DaprShop.Payments.Queries;

/// <summary>
/// An order's payment; money in GBP. <paramref name="RefundedInParts"/>: the sum of its part refunds.
/// </summary>
internal sealed record PaymentView(
    Guid OrderId,
    ChargeState State,
    decimal Amount,
    string? Reason,
    int ChargeAttempts,
    int Version,
    decimal RefundedInParts,
    IReadOnlyList<LedgerRow> Ledger
);

/// <summary>A row of the provider's ledger: charge or refund; <paramref name="Amount"/> in GBP.</summary>
internal sealed record LedgerRow(string Kind, decimal Amount, DateTimeOffset RecordedAt);

/// <summary>Reads payments without locking them.</summary>
internal sealed class PaymentReader(NpgsqlDataSource database)
{
    internal const string SelectPayment = """
        select order_id, state, amount, reason, charge_attempts, version, refunded_in_parts
        from payments where order_id = $1
        """;

    internal const string SelectLedger =
        "select kind, amount, recorded_at from provider_ledger where reference = $1 order by recorded_at, kind";

    /// <summary>The order's payment with its ledger rows; null where no request has named the order.</summary>
    public async Task<PaymentView?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(SelectPayment, orderId);
        batch.Add(SelectLedger, orderId.ToString());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var payment = (await reader.ReadAllAsync<PaymentRow>(cancellationToken)).SingleOrDefault();
        if (payment is null)
            return null;
        var ledger = await reader.ReadNextAsync<LedgerRow>(cancellationToken);
        return new PaymentView(
            payment.OrderId,
            ChargeStates.Parse(payment.State),
            payment.Amount,
            payment.Reason,
            payment.ChargeAttempts,
            payment.Version,
            payment.RefundedInParts,
            ledger
        );
    }

    private sealed record PaymentRow(
        Guid OrderId,
        string State,
        decimal Amount,
        string? Reason,
        int ChargeAttempts,
        int Version,
        decimal RefundedInParts
    );
}
