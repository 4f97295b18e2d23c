using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Returns the units that are allocated to an order and those it waits for. Only History and Orders call it, through their
/// sidecars.
/// </summary>
internal static class GetOrderClaims
{
    private const string State = "select state from reservations where order_id = $1";

    private static readonly string Allocated = $"""
        select open.sku, open.location, open.quantity::bigint as units, l.short as missing
        from ({StockLoadStatements.OpenAllocations}) open join levels l using (sku, location) where open.quantity <> 0
        order by open.sku, open.location
        """;

    private static readonly string Backordered = $"""
        select b.sku, b.quantity - b.filled as missing,
            (select count(*)::int from backorders a
             where a.sku = b.sku and a.{StateConditions.OpenBackorder} and a.order_number <= b.order_number) as position,
            case when b.promised_at > $2 then b.promised_at end as promised_at
        from backorders b where b.order_id = $1 and b.{StateConditions.OpenBackorder} order by b.sku
        """;

    private sealed record StateRow(string State);

    public static async Task<OrderClaims> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var outbox = await database.GetOutboxStateAsync([id.ToString()], cancellationToken);
        await using var batch = database.CreateBatch();
        batch.Add(State, id);
        batch.Add(Allocated, new[] { id });
        batch.Add(Backordered, id, time.GetUtcNow().UtcDateTime);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = (await reader.ReadAllAsync<StateRow>(cancellationToken)).SingleOrDefault()?.State;
        var allocated = await reader.ReadNextAsync<AllocatedUnits>(cancellationToken);
        var backordered = await reader.ReadNextAsync<BackorderPosition>(cancellationToken);
        return new OrderClaims(state, allocated, backordered, outbox);
    }
}
