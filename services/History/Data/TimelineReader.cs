using System.Text.Json;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Data;

/// <summary>A movement of a stock level, with what caused it.</summary>
internal sealed record StockEntry(
    string Location, long Sequence, long Operation, string Kind, int Quantity, long OnHand, long Allocated, long Available,
    long Held, long Unavailable, long Incoming, string Cause, string Actor, string? Reason, DateTimeOffset At);

/// <summary>Reads timelines, page by page.</summary>
internal sealed class TimelineReader(NpgsqlDataSource database)
{
    private const string OwnerOf = "select customer from order_owners where order_id = $1";

    private const string OrderTimeline = """
        select order_id, at, step, position, type, from_status, to_status, reason, details::text from order_timeline
        where order_id = $1 and (at, step, position) > ($2, $3, $4) order by at, step, position limit $5
        """;

    private const string Movements = """
        select t.location, t.sequence, t.operation, o.kind, t.quantity, t.on_hand, t.allocated, t.available, t.held, t.unavailable, t.incoming, o.cause, o.actor, o.reason, o.at
        from stock_timeline t join stock_operations o on o.position = t.operation
        where t.sku = $1 and
        """;

    // At one location, the key's order is the order of time: the newest page costs no sort.
    private const string AtLocation = Movements + " t.location = $2 and t.sequence < $3 order by t.sequence desc limit $4";

    private const string Everywhere = Movements + " (t.operation, t.location, t.sequence) < ($2, $3, $4) order by t.operation desc, t.location desc, t.sequence desc limit $5";

    /// <summary>The order's customer; null while its acceptance is not known here.</summary>
    public async Task<string?> OwnerAsync(Guid orderId, CancellationToken cancellationToken) =>
        (await QueryAsync(OwnerOf, r => r.GetString(0), cancellationToken, orderId)).SingleOrDefault();

    /// <summary>Entries after <paramref name="cursor"/>, oldest first.</summary>
    public Task<List<OrderEntry>> OrderAsync(Guid orderId, Cursor cursor, int limit, CancellationToken cancellationToken) => QueryAsync(
        OrderTimeline,
        r => new OrderEntry(r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1), (Step)r.GetInt16(2), r.GetInt64(3), r.GetString(4), Text(r, 5), Text(r, 6), Text(r, 7),
            Text(r, 8) is { } json ? JsonSerializer.Deserialize<EntryDetails>(json, JsonSerializerOptions.Web) : null),
        cancellationToken, orderId, cursor.At.UtcDateTime, (short)cursor.Step, cursor.Position, limit);

    /// <summary>Movements of a SKU at a location below <paramref name="before"/>, newest first.</summary>
    public Task<List<StockEntry>> StockAsync(string sku, string location, long before, int limit, CancellationToken cancellationToken) =>
        QueryAsync(AtLocation, Entry, cancellationToken, sku, location, before, limit);

    /// <summary>Movements of a SKU at any location, before the one that the tuple names, newest first.</summary>
    public Task<List<StockEntry>> StockAsync(string sku, (long Operation, string Location, long Sequence) before, int limit, CancellationToken cancellationToken) =>
        QueryAsync(Everywhere, Entry, cancellationToken, sku, before.Operation, before.Location, before.Sequence, limit);

    private async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAllAsync(map, cancellationToken);
    }

    private static StockEntry Entry(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetString(3), r.GetInt32(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7),
        r.GetInt64(8), r.GetInt64(9), r.GetInt64(10), r.GetString(11), r.GetString(12), Text(r, 13), r.GetFieldValue<DateTimeOffset>(14));

    private static string? Text(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
