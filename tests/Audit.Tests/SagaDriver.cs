using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.Payments.Model;

namespace DaprShop.Audit.Tests;

/// <summary>
/// The order saga without a workflow engine: the services' own statements and rules, one call after another.
/// </summary>
internal sealed class SagaDriver(SagaStore orders, StockUnitOfWork stock, TestPayments payments, TimeProvider time)
{
    /// <summary>
    /// Called after each effect in another service; true where Orders crashes there, before it has written the result.
    /// </summary>
    public Func<bool> CrashesHere { get; init; } = () => false;

    /// <summary>Runs one batch of due orders. False when there is none.</summary>
    public async Task<bool> RunBatchAsync()
    {
        var batches = await orders.ClaimAsync(1, 200, CancellationToken.None);
        foreach (var batch in batches)
        {
            await ReserveAsync(batch.Id);
            await ChargeAsync(batch.Id);
            await SettleAsync(batch.Id);
        }

        return batches.Count > 0;
    }

    public async Task ReserveAsync(Guid batch)
    {
        var due = await orders.GetOrdersToReserveAsync(batch, CancellationToken.None);
        if (due.Count == 0)
            return;
        var answer = (ReserveResponse)
            (await stock.CommitAsync([new ReserveCommand([.. due.Select(d => d.Order)])], CancellationToken.None))[0];
        if (CrashesHere())
            return;
        await orders.WriteAsync(
            batch,
            SagaRules.AfterReserve(answer.Outcomes.Zip(due, (outcome, order) => (outcome, order.Status))),
            CancellationToken.None
        );
    }

    public async Task ChargeAsync(Guid batch)
    {
        var owned = await orders.GetOwnedAsync(batch, CancellationToken.None);
        var outcomes = await payments.ChargeAsync(
            owned
                .Where(o => o.Status == OrderStatus.Reserved)
                .Select(o => new ChargeOrder(o.Id, o.Total, o.PaymentToken, o.PaymentAttempt))
        );
        if (CrashesHere())
            return;
        await orders.WriteAsync(
            batch,
            SagaRules.AfterCharge(outcomes, owned, time.GetUtcNow(), PayWithin),
            CancellationToken.None
        );
    }

    private static readonly TimeSpan PayWithin = TimeSpan.FromMinutes(30);

    /// <summary>Refunds and releases what the batch must compensate, and settles it.</summary>
    public async Task SettleAsync(Guid batch)
    {
        var refunds = SagaRules.ToRefund(
            await orders.GetOwnedAsync(batch, CancellationToken.None),
            time.GetUtcNow(),
            PayWithin
        );
        await payments.RefundAsync(refunds);
        if (CrashesHere())
            return;
        await orders.WriteAsync(batch, new SagaStepResult { Refunded = refunds }, CancellationToken.None);
        var releases = SagaRules.ToRelease(
            await orders.GetOwnedAsync(batch, CancellationToken.None),
            time.GetUtcNow(),
            PayWithin
        );
        await stock.CommitAsync([new ReleaseCommand(releases)], CancellationToken.None);
        if (CrashesHere())
            return;
        await orders.WriteAsync(batch, new SagaStepResult { StockReleased = releases }, CancellationToken.None);
        await orders.WriteAsync(
            batch,
            SagaRules.Settle(await orders.GetOwnedAsync(batch, CancellationToken.None), time.GetUtcNow(), PayWithin),
            CancellationToken.None
        );
    }
}
