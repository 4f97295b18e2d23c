using System.Collections.Concurrent;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Paying;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// Executes shipments, cancellations of units and decided returns. Each is a row, claimed for a time; its calls carry
/// its id as key. So a crash half-way is repaired by the next claim, and nothing happens twice. (ADR 15 says why this is
/// not a workflow.)
/// </summary>
internal sealed class FulfilmentWorker(
    ShipmentStore shipments,
    CancellationStore cancellations,
    ReturnStore returns,
    LapseStore lapses,
    ServiceInvoker services,
    OwedUnits owed,
    IFailpoints failpoints,
    TimeProvider time,
    ILogger<FulfilmentWorker> logger
) : PollingWorker(Interval, time, logger, waitFirst: true)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<(Func<Guid, CancellationToken, Task> Postpone, Guid Id)> _failed = [];

    /// <summary>
    /// Executes one job now, unless a worker is executing it. A failure is logged, and the job is retried later.
    /// </summary>
    public async Task TryAsync(Guid id)
    {
        try
        {
            await ExecuteDueAsync(id, CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.LogClaimFailed(e.Message);
        }
    }

    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        await shipments.Jobs.EndLeasesAsync(cancellationToken);
        await cancellations.Jobs.EndLeasesAsync(cancellationToken);
        await returns.Jobs.EndLeasesAsync(cancellationToken);
    }

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await PostponeFailedAsync(cancellationToken);
        await ExecuteDueAsync(null, cancellationToken);
        return false;
    }

    private async Task ExecuteDueAsync(Guid? id, CancellationToken cancellationToken)
    {
        await ExecuteAsync("shipment", shipments.Jobs, id, s => s.Id, ShipAsync, cancellationToken);
        await ExecuteAsync(
            "cancellation",
            cancellations.Jobs,
            id,
            c => c.Id,
            SettleCancellationAsync,
            cancellationToken
        );
        await ExecuteAsync("return", returns.Jobs, id, r => r.Id, SettleReturnAsync, cancellationToken);
    }

    private async Task ExecuteAsync<T>(
        string kind,
        IFulfilmentJobs<T> jobs,
        Guid? id,
        Func<T, Guid> idOf,
        Func<T, CancellationToken, Task> execute,
        CancellationToken cancellationToken
    )
    {
        foreach (var job in await jobs.ClaimAsync(id, cancellationToken))
        {
            try
            {
                await execute(job, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogExecutionFailed(kind, idOf(job), e.Message);
                _failed.Enqueue((jobs.PostponeAsync, idOf(job)));
                await PostponeFailedAsync(cancellationToken);
            }
        }
    }

    // The database may be away as well: until it is back, the jobs are kept here. Otherwise they would rest until the
    // end of their lease.
    private async Task PostponeFailedAsync(CancellationToken cancellationToken)
    {
        while (_failed.TryDequeue(out var job))
        {
            try
            {
                await job.Postpone(job.Id, cancellationToken);
            }
            catch
            {
                _failed.Enqueue(job);
                throw;
            }
        }
    }

    private async Task ShipAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        // Another worker may have ended it after this one's lease: nothing may be captured for a shipment that was refused.
        var progress = await shipments.FindProgressAsync(shipment.Id, cancellationToken);
        if (progress.State != ShipmentStates.Preparing)
            return;
        if (progress.Payment is not null && !await CaptureAsync(shipment, cancellationToken))
            return;
        await failpoints.ReachAsync("shipment-captured");
        var units = await owed.OfAsync(
            shipment.OrderId,
            shipment.Lines.Select(l => new ShippedUnits(l.Sku, l.Quantity, l.Location)).ToList(),
            l => l.Sku,
            cancellationToken
        );
        var response =
            units.Count == 0
                ? null
                : await services.PostAsync<ShipRequest, ShipResponse>(
                    Apps.Inventory,
                    "reservations/ship",
                    new ShipRequest($"shipment:{shipment.Id}", shipment.OrderId, units),
                    cancellationToken
                );
        await shipments.EndAsync(shipment, response?.Refused, cancellationToken);
    }

    /// <summary>
    /// Captures the money for the shipment before its units leave. False where it was refused: then the units stay.
    /// </summary>
    /// <exception cref="InvalidOperationException">The provider has not answered yet: the shipment is tried again.</exception>
    private async Task<bool> CaptureAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var charge = await shipments.FindChargeAsync(shipment, cancellationToken);
        var response = await services.PostAsync<CaptureRequest, CaptureResponse>(
            Apps.Payments,
            "captures",
            new CaptureRequest(shipment.Id, shipment.OrderId, charge.Total, charge.IsLast),
            cancellationToken
        );
        switch (response.State)
        {
            case CaptureState.Captured:
                return true;
            case CaptureState.Pending:
                throw new InvalidOperationException($"its money is not captured yet. {response.Reason}".Trim());
            default:
                await shipments.EndAsync(
                    shipment,
                    $"The money for it could not be captured: {response.Reason}",
                    cancellationToken,
                    isCaptured: false
                );
                // Payments tells it too, a moment later.
                if (response.Lapsed is { } lapsed)
                    await lapses.RecordAsync(lapsed, cancellationToken);
                return false;
        }
    }

    private async Task SettleCancellationAsync(Cancellation cancellation, CancellationToken cancellationToken)
    {
        var released = cancellation.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity)).ToList();
        if (await owed.OfAsync(cancellation.OrderId, released, u => u.Sku, cancellationToken) is { Count: > 0 } units)
            await services.PostAsync(
                Apps.Inventory,
                "reservations/release-units",
                new ReleaseUnitsRequest(
                    $"cancellation:{cancellation.Id}",
                    cancellation.OrderId,
                    cancellation.Number,
                    cancellation.Caller,
                    units,
                    cancellation.ByOperator
                ),
                cancellationToken
            );
        if (cancellation.Amount > 0)
            await services.PostAsync(
                Apps.Payments,
                "refunds/parts",
                new PartRefundRequest(
                    cancellation.Id,
                    cancellation.OrderId,
                    cancellation.Amount,
                    await cancellations.FindTotalAsync(cancellation.OrderId, cancellationToken)
                ),
                cancellationToken
            );
        await cancellations.SettleAsync(cancellation, cancellationToken);
    }

    private async Task SettleReturnAsync(DecidedReturn decided, CancellationToken cancellationToken)
    {
        var accepted = decided
            .Decision.Where(d => d.Disposition != Disposition.Refuse)
            .Select(d => new ReturnedUnits(d.Sku, d.Quantity, d.Disposition, decided.Location))
            .ToList();
        if (await owed.OfAsync(decided.OrderId, accepted, u => u.Sku, cancellationToken) is { Count: > 0 } units)
            await services.PostAsync(
                Apps.Inventory,
                "reservations/return",
                new ReturnUnitsRequest($"return:{decided.Id}", decided.OrderId, decided.Number, decided.Decider, units),
                cancellationToken
            );
        if (decided.Amount > 0)
            await services.PostAsync(
                Apps.Payments,
                "refunds/parts",
                new PartRefundRequest(decided.Id, decided.OrderId, decided.Amount),
                cancellationToken
            );
        await returns.SettleAsync(decided, cancellationToken);
    }
}
