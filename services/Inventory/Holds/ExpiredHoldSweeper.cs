using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// Gives back what holds claim whose time is over. It only tidies: every decision ignores such a hold already, and frees its units
/// where it needs them. A hold that cannot be given back is left alone for a minute, and the others are. An offer is left to its waitlist's actor for <c>Stock:OfferGraceSeconds</c> (5) before it is passed on here.
/// </summary>
internal sealed class ExpiredHoldSweeper(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    TimeProvider time,
    StockOptions options,
    ILogger<ExpiredHoldSweeper> logger
) : BackgroundService
{
    private const int AtOnce = 500;
    private const string Expired =
        "select id from holds where state = 'active' and expires_at <= $1 and (entry_id is null or expires_at <= $2) and id <> all($4) order by expires_at limit $3";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LeftAloneFor = TimeSpan.FromMinutes(1);
    private readonly Dictionary<Guid, DateTimeOffset> _leftAlone = [];
    private readonly TimeSpan _offerGrace = TimeSpan.FromSeconds(options.OfferGraceSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await SweepAsync(stoppingToken) == AtOnce)
                    ;
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogSweepInterrupted(e.Message);
            }
        }
    }

    private async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (hold, until) in _leftAlone)
            if (until <= now)
                _leftAlone.Remove(hold);
        await using var batch = database.CreateBatch();
        batch.Add(Expired, now.UtcDateTime, (now - _offerGrace).UtcDateTime, AtOnce, _leftAlone.Keys.ToArray());
        List<Guid> holds;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            holds = await reader.ReadAllAsync(r => r.GetGuid(0), cancellationToken);
        if (holds.Count > 0)
            await GiveBackAsync(holds, cancellationToken);
        return holds.Count;
    }

    private async Task GiveBackAsync(List<Guid> holds, CancellationToken cancellationToken)
    {
        try
        {
            await stock.RunAsync<ExpireHoldsCommand>(new ExpireHoldsCommand(holds), cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsPermanent(e))
        {
            // Damage: a level that says less than is claimed, or is behind its ledger. One of them must not keep the others: each is tried alone.
            if (holds.Count == 1)
            {
                logger.LogHoldStuck(holds[0], e.Message);
                _leftAlone[holds[0]] = time.GetUtcNow() + LeftAloneFor;
            }
            else
            {
                foreach (var hold in holds)
                    await GiveBackAsync([hold], cancellationToken);
            }
        }
    }
}
