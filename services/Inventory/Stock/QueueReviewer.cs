using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Does for those who wait what no change of stock does. A delivery is late: at the moment that was promised nobody
/// changes stock, so the promises are renewed here. And units became available by a change of an item or a location
/// whose process ended before those who wait were served.
/// </summary>
internal sealed class QueueReviewer(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    TimeProvider time,
    ILogger<QueueReviewer> logger
) : PollingWorker(Interval, time, logger)
{
    private const int PageSize = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly string Page = $"""
        select sku from backorders where {StateConditions.OpenBackorder} and promised_at <= $1 and sku > $2
        union
        select l.sku from levels l join locations using (location) join items i using (sku)
        where l.sku > $2 and sold_since is not null and on_hand - unavailable - allocated - held > 0
          and (exists (select from backorders b where b.sku = l.sku and b.{StateConditions.OpenBackorder})
               or i.on_sale
               and exists (select from waitlist w where w.sku = l.sku and w.{StateConditions.WaitingWaitlistEntry}))
        order by sku limit $3
        """;
    private readonly TimeProvider _time = time;

    private sealed record SkuRow(string Sku);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // By page: who is at the limit per customer waits although units are there, so that a SKU may stay in the list.
        List<SkuRow> page;
        var last = "";
        do
        {
            page = await database.QueryAsync<SkuRow>(
                Page,
                [_time.GetUtcNow().UtcDateTime, last, PageSize],
                cancellationToken
            );
            foreach (var waited in page)
                await stock.RunAsync<ServeQueueCommand>(new ServeQueueCommand(waited.Sku), cancellationToken);
            if (page is [.., var end])
                last = end.Sku;
        } while (page.Count == PageSize);
        return false;
    }
}
