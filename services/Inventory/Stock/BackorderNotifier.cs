using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Tells Orders whose backorders were filled. The list is written in the transaction that filled them, and an entry leaves it only after
/// Orders has answered: their sagas go on, whatever crashes. (Orders does not read Inventory's whole log for the few that wait.)
/// </summary>
internal sealed class BackorderNotifier(
    NpgsqlDataSource database,
    BackordersFilledSignal signal,
    IHttpClientFactory clients,
    ILogger<BackorderNotifier> logger
) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await WakeAsync(stoppingToken) < AtOnce)
                    await signal.WaitAsync(Poll, stoppingToken);
                backoff.Reset();
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogWakeInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task<int> WakeAsync(CancellationToken cancellationToken)
    {
        await using var reading = database.CreateBatch();
        reading.Add("select id, order_id from backorder_notifications order by id limit $1", AtOnce);
        List<(long Id, Guid Order)> filled;
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
            filled = await reader.ReadAllAsync(r => (r.GetInt64(0), r.GetGuid(1)), cancellationToken);
        if (filled.Count == 0)
            return 0;

        await Steps.ReachAsync("waking");
        using var response = await clients
            .CreateClient(Apps.Orders)
            .PostAsJsonAsync("wake", new ResumeOrdersRequest([.. filled.Select(f => f.Order).Distinct()]), cancellationToken);
        response.EnsureSuccessStatusCode();

        await Steps.ReachAsync("woken");

        // No lock is held while Orders answers: what fills the same order meanwhile is an entry of its own.
        await using var removing = database.CreateBatch();
        removing.Add("delete from backorder_notifications where id = any($1)", (object)filled.Select(f => f.Id).ToArray());
        await removing.ExecuteNonQueryAsync(cancellationToken);
        return filled.Count;
    }
}
