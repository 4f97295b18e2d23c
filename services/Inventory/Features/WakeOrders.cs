using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Features;

/// <summary>
/// Tells Orders whose backorders were filled. The list is written in the transaction that filled them, and an entry leaves it only after
/// Orders has answered: their sagas go on, whatever crashes. (Orders does not read Inventory's whole log for the few that wait.)
/// </summary>
internal sealed class WakeOrders(
    NpgsqlDataSource database, FilledSignal signal, IHttpClientFactory clients, ILogger<WakeOrders> logger) : BackgroundService
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
                if (await WakeAsync(stoppingToken) < AtOnce) await signal.WaitAsync(Poll, stoppingToken);
                backoff.Reset();
            }
            catch (Exception e) when (Transient.Is(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogWakeInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task<int> WakeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("delete from filled_orders where order_id in (select order_id from filled_orders order by 1 limit $1 for update skip locked) returning order_id", AtOnce);
        List<Guid> orders;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken)) orders = await reader.ReadAllAsync(r => r.GetGuid(0), cancellationToken);
        if (orders.Count == 0) return 0;

        using var response = await clients.CreateClient(Apps.Orders).PostAsJsonAsync("wake", new WakeRequest(orders), cancellationToken);
        response.EnsureSuccessStatusCode();
        await transaction.CommitAsync(cancellationToken);
        return orders.Count;
    }
}
