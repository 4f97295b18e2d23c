using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// Carries out what was decided about an order that is past its saga: shipments, and returns. Each is a row, claimed for a time and asked for under
/// its own id, so a crash in the middle is made good by whoever claims it next, and nothing happens twice. (ADR 15 says why this is no workflow.)
/// </summary>
internal sealed class FulfilmentWorker(
    ShipmentStore shipments,
    ReturnStore returns,
    Downstream downstream,
    Catalogue catalogue,
    TimeProvider time,
    ILogger<FulfilmentWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Carries one out now, if nobody is at it. Where that fails it is tried again later.</summary>
    public Task TryAsync(Guid id) => CarryOutAsync(id, CancellationToken.None);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await CarryOutAsync(null, stoppingToken);
    }

    private async Task CarryOutAsync(Guid? id, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var shipment in await shipments.ClaimAsync(id, cancellationToken))
                await AttemptAsync(
                    shipment.Id,
                    ShipAsync(shipment, cancellationToken),
                    shipments.PostponeAsync,
                    cancellationToken
                );
            foreach (var decided in await returns.ClaimAsync(id, cancellationToken))
                await AttemptAsync(
                    decided.Id,
                    ReturnAsync(decided, cancellationToken),
                    returns.PostponeAsync,
                    cancellationToken
                );
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogErrandInterrupted(id, e.Message);
        }
    }

    private async Task AttemptAsync(
        Guid id,
        Task attempt,
        Func<Guid, CancellationToken, Task> postpone,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await attempt;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogErrandInterrupted(id, e.Message);
            await postpone(id, cancellationToken);
        }
    }

    private async Task ShipAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var stocked = await StockedAsync(shipment.Lines, l => l.Sku, cancellationToken);
        var answer =
            stocked.Count == 0
                ? null
                : await downstream.AskAsync<ShipRequest, ShipResponse>(
                    Apps.Inventory,
                    "reservations/ship",
                    new ShipRequest($"shipment:{shipment.Id}", shipment.OrderId, stocked),
                    cancellationToken
                );
        await shipments.EndAsync(shipment, answer?.Refused, cancellationToken);
    }

    private async Task ReturnAsync(DecidedReturn decided, CancellationToken cancellationToken)
    {
        var back = decided
            .Decision.Where(d => d.Disposition != Disposition.Refuse)
            .Select(d => new ReturnedUnits(d.Sku, d.Quantity, d.Disposition, decided.Location))
            .ToList();
        if (await StockedAsync(back, b => b.Sku, cancellationToken) is { Count: > 0 } stocked)
            await downstream.TellAsync(
                Apps.Inventory,
                "reservations/take-back",
                new ReturnUnitsRequest($"return:{decided.Id}", decided.OrderId, decided.Number, decided.Decider, stocked),
                cancellationToken
            );
        if (decided.Amount > 0)
            await downstream.TellAsync(
                Apps.Payments,
                "refunds/parts",
                new PartRefundRequest(decided.Id, decided.OrderId, decided.Amount),
                cancellationToken
            );
        await returns.SettleAsync(decided, cancellationToken);
    }

    /// <summary>Services are sold, and leave no shelf.</summary>
    private async Task<List<T>> StockedAsync<T>(
        IReadOnlyList<T> units,
        Func<T, string> sku,
        CancellationToken cancellationToken
    )
    {
        var items = await catalogue.FindAsync(units.Select(sku), cancellationToken);
        return [.. units.Where(u => !items.TryGetValue(sku(u), out var item) || item.Stocked)];
    }
}
