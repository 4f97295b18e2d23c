using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Model;
using Npgsql;

namespace DaprShop.Payments.Queries;

/// <summary>An order's payment; money in GBP. <paramref name="RefundedInParts"/>: the sum of its part refunds.</summary>
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
    private const string SelectPayment = """
        select order_id, state, amount, reason, charge_attempts, version, refunded_in_parts
        from payments where order_id = $1
        """;

    private const string SelectLedger =
        "select kind, amount, recorded_at from provider_ledger where reference = $1 order by recorded_at, kind";

    /// <summary>The order's payment with its ledger rows; null where no request has named the order.</summary>
    public async Task<PaymentView?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(SelectPayment, orderId);
        batch.Add(SelectLedger, orderId.ToString());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var payment = (
            await reader.ReadAllAsync(
                r => new PaymentRow(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetDecimal(2),
                    r.Text(3),
                    r.GetInt32(4),
                    r.GetInt32(5),
                    r.GetDecimal(6)
                ),
                cancellationToken
            )
        ).SingleOrDefault();
        if (payment is null)
            return null;
        await reader.NextResultAsync(cancellationToken);
        var ledger = await reader.ReadAllAsync(
            r => new LedgerRow(r.GetString(0), r.GetDecimal(1), r.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken
        );
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
