using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Paying;

/// <summary>
/// Authorisations that have lapsed: nothing can be captured for their orders any more. A confirmed order awaits another
/// card until a deadline; one of which units have left, or are leaving, is listed for operators.
/// </summary>
internal sealed class LapseStore(
    NpgsqlDataSource database,
    DispatchSignal dispatch,
    RelaySignal relay,
    SagaOptions options,
    IFailpoints failpoints,
    TimeProvider time
)
{
    private const string Reason = "the authorisation of the payment has lapsed: another card is needed";

    private const string Mark = $"""
        update orders set payment = '{OrderPayments.Lapsed}'
        where id = $1 and payment_attempt = $2
          and payment in ('{OrderPayments.Authorised}', '{OrderPayments.CaptureFailed}', '{OrderPayments.Lapsed}')
        """;

    private const string CountPreparing = $"""
        select count(*) from shipments where order_id = $1 and state = '{ShipmentStates.Preparing}'
        """;

    // The saga returns to the order at its deadline.
    private const string AwaitPayment = """
        update orders set pay_by = $2, due_at = $2, reason = $3, batch_id = null, attempts = 0 where id = $1
        """;

    /// <summary>
    /// Records that an order's authorisation has lapsed. Repeating it changes nothing, and a card that was named since is
    /// not meant. False where it must be told again: a shipment is being prepared, or the order is about to be confirmed.
    /// </summary>
    public async Task<bool> RecordAsync(LapsedPayment lapsed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, lapsed.OrderId, cancellationToken) is not { } order
            || await connection.ExecuteAsync(Mark, [order.Id, lapsed.Attempt], cancellationToken) == 0
        )
            return true;
        var isReady =
            order.Status != OrderStatus.Paid
            && (
                order.Status != OrderStatus.Confirmed
                || await connection.ScalarAsync<long>(CountPreparing, [order.Id], cancellationToken) == 0
            );
        if (isReady && order.Status == OrderStatus.Confirmed)
            await AwaitPaymentAsync(connection, order, now, cancellationToken);
        await failpoints.ReachAsync("recording-lapse");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("recorded-lapse");
        dispatch.Raise();
        relay.Raise();
        return isReady;
    }

    private async Task AwaitPaymentAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var payBy = (now + options.PayLapsedWithin).UtcDateTime;
        await connection.ExecuteAsync(AwaitPayment, [order.Id, payBy, Reason], cancellationToken);
        var changed = await OrderLock.ChangeStatusAsync(
            connection,
            order,
            OrderStatus.AwaitingPayment,
            actor: null,
            now,
            cancellationToken,
            Reason
        );
        await using var append = new NpgsqlBatch(connection);
        append.AppendEvents([changed], now);
        await append.ExecuteNonQueryAsync(cancellationToken);
    }
}
