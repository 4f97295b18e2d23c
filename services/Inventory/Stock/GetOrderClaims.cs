using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>History asks what an order has of the stock, and what it waits for. For sidecars only.</summary>
internal static class GetOrderClaims
{
    private const string State = "select state from reservations where order_id = $1";

    private static readonly string Allocated =
        $"select sku, location, units::bigint from ({StockLoader.Open}) open (order_id, sku, location, units) where units <> 0 order by 1, 2";

    private const string Waiting = """
        select b.sku, b.quantity - b.filled, (select count(*)::int from backorders a where a.sku = b.sku and a.state = 'open' and a.order_number <= b.order_number), b.promised_at
        from backorders b where b.order_id = $1 and b.state = 'open' order by 1
        """;

    public static async Task<OrderClaims> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        var outbox = await database.GetOutboxStateAsync([id.ToString()], cancellationToken);
        await using var batch = database.CreateBatch();
        batch.Add(State, id);
        batch.Add(Allocated, new[] { id });
        batch.Add(Waiting, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = (await reader.ReadAllAsync(r => r.GetString(0), cancellationToken)).SingleOrDefault();
        await reader.NextResultAsync(cancellationToken);
        var allocated = await reader.ReadAllAsync(
            r => new AllocatedUnits(r.GetString(0), r.GetString(1), r.GetInt64(2)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var waiting = await reader.ReadAllAsync(
            r => new BackorderPosition(r.GetString(0), r.GetInt32(1), r.GetInt32(2), r.Time(3)),
            cancellationToken
        );
        return new OrderClaims(state, allocated, waiting, outbox);
    }
}
