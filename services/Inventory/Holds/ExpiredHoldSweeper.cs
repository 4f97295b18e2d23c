using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Npgsql;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// Releases the units of expired holds. No decision depends on it: each ignores expired holds and releases those whose
/// units it needs. A hold that cannot be released is skipped for a minute, and the others are released. An expired
/// offer is left to its waitlist's actor for <c>Stock:OfferGraceSeconds</c>; then the sweeper passes it on.
/// </summary>
internal sealed class ExpiredHoldSweeper(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    TimeProvider time,
    StockOptions options,
    ILogger<ExpiredHoldSweeper> logger
) : PollingWorker(Interval, time, logger, waitFirst: true)
{
    private const int BatchSize = 500;
    private const string EmptyClaims = "{}";
    private static readonly string Expired = $"""
        select id from holds
        where {StateConditions.ActiveHold} and expires_at <= $1 and (entry_id is null or expires_at <= $2)
          and id <> all($4) and claimed_by = '{EmptyClaims}'
        order by expires_at limit $3
        """;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SkippedFor = TimeSpan.FromMinutes(1);
    private readonly Dictionary<Guid, DateTimeOffset> _skippedUntil = [];
    private readonly TimeProvider _time = time;
    private readonly TimeSpan _offerGrace = TimeSpan.FromSeconds(options.OfferGraceSeconds);

    private sealed record HoldIdRow(Guid Id);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        foreach (var (hold, until) in _skippedUntil)
            if (until <= now)
                _skippedUntil.Remove(hold);
        var expired = await database.QueryAsync<HoldIdRow>(
            Expired,
            [now.UtcDateTime, (now - _offerGrace).UtcDateTime, BatchSize, _skippedUntil.Keys.ToArray()],
            cancellationToken
        );
        if (expired.Count > 0)
            await ReleaseAsync(expired.ConvertAll(h => h.Id), cancellationToken);
        return expired.Count == BatchSize;
    }

    private async Task ReleaseAsync(List<Guid> holds, CancellationToken cancellationToken)
    {
        try
        {
            await stock.RunAsync<ExpireHoldsCommand>(new ExpireHoldsCommand(holds), cancellationToken);
        }
        catch (Exception e) when (TransientErrors.IsPermanent(e))
        {
            // A level is damaged: it has fewer units held than its holds claim, or differs from its ledger. One damaged
            // hold must not block the others, so each is tried alone.
            if (holds.Count == 1)
            {
                logger.LogHoldNotReleased(holds[0], e.Message);
                _skippedUntil[holds[0]] = _time.GetUtcNow() + SkippedFor;
            }
            else
            {
                foreach (var hold in holds)
                    await ReleaseAsync([hold], cancellationToken);
            }
        }
    }
}
