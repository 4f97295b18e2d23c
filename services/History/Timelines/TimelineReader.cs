using System.Text.Json;
using DaprShop.History.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Timelines;

/// <summary>A movement of a stock level, with its cause and the level's quantities after it.</summary>
internal sealed record StockTimelineEntry(
    string Sku,
    string Location,
    long Sequence,
    long Operation,
    string Kind,
    long Quantity,
    long OnHand,
    long Allocated,
    long Available,
    long Held,
    long Unavailable,
    long Incoming,
    string Cause,
    string Actor,
    string? Reason,
    DateTimeOffset At
);

/// <summary>
/// Selects entries. <paramref name="Kind"/>: the kind of a movement, or the start of an entry's type; null: any.
/// <paramref name="Until"/> is exclusive.
/// </summary>
internal sealed record EntryFilter(string? Kind, DateTimeOffset? From, DateTimeOffset? Until)
{
    public DateTime FromUtc => (From ?? DateTimeOffset.MinValue).UtcDateTime;

    public DateTime UntilUtc => (Until ?? DateTimeOffset.MaxValue).UtcDateTime;
}

/// <summary>Reads timelines, page by page.</summary>
internal sealed class TimelineReader(NpgsqlDataSource database)
{
    internal const string SelectOwner = "select customer from order_owners where order_id = $1";

    private const string Entries = """
        select t.order_id, t.at, t.step, t.position, t.type, t.from_status, t.to_status, t.reason,
               t.details::text as details, t.version, t.actor, t.trace
        from order_timeline t
        """;

    private const string Filters = "starts_with(t.type, $5) and t.at >= $6 and t.at < $7";

    internal const string Forwards = $"""
        {Entries}
        where t.order_id = $1 and (t.at, t.step, t.position) > ($2, $3, $4) and {Filters}
        order by t.at, t.step, t.position limit $8
        """;

    internal const string Backwards = $"""
        {Entries}
        where t.order_id = $1 and (t.at, t.step, t.position) < ($2, $3, $4) and {Filters}
        order by t.at desc, t.step desc, t.position desc limit $8
        """;

    // The primary key yields the newest entries of each order, so that one page per order is sorted and not all
    // entries.
    internal const string OfCustomer = $"""
        select t.* from order_owners o cross join lateral (
            {Entries}
            where t.order_id = o.order_id and t.at <= $2 and (t.at, t.order_id, t.step, t.position) < ($2, $9, $3, $4)
                  and {Filters}
            order by t.at desc, t.step desc, t.position desc limit $8) t
        where o.customer = $1 order by t.at desc, t.order_id desc, t.step desc, t.position desc limit $8
        """;

    private const string Movements = """
        select t.sku, t.location, t.sequence, t.operation, o.kind, t.quantity, t.on_hand, t.allocated,
               greatest(t.available, 0) as available,
               t.held, t.unavailable, t.incoming, o.cause, o.actor, o.reason, o.at
        from stock_timeline t join stock_operations o on o.position = t.operation
        where ($1::text is null or o.kind = $1) and o.at >= $2 and o.at < $3 and
        """;

    // At one location the primary key is in order of time: the newest page costs no sort.
    internal const string OfSkuAtLocation = $"""
        {Movements} t.sku = $4 and t.location = $5 and t.sequence < $6
        order by t.sequence desc limit $7
        """;

    internal const string OfSku = $"""
        {Movements} t.sku = $4 and (t.operation, t.location, t.sequence) < ($5, $6, $7)
        order by t.operation desc, t.location desc, t.sequence desc limit $8
        """;

    internal const string OfLocation = $"""
        {Movements} t.location = $4 and (t.operation, t.sku, t.sequence) < ($5, $6, $7)
        order by t.operation desc, t.sku desc, t.sequence desc limit $8
        """;

    /// <summary>The order's customer; null where History has not read the event that accepted it.</summary>
    public async Task<string?> OwnerAsync(Guid orderId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<string>(SelectOwner, [orderId], cancellationToken)).SingleOrDefault();

    /// <summary>Entries of an order after <paramref name="cursor"/>, oldest or newest first.</summary>
    public Task<List<TimelineEntry>> OrderAsync(
        Guid orderId,
        TimelineCursor cursor,
        EntryFilter filter,
        bool newestFirst,
        int limit,
        CancellationToken cancellationToken
    ) => EntriesAsync(newestFirst ? Backwards : Forwards, orderId, cursor, filter, limit, cancellationToken);

    /// <summary>Entries of all orders of a customer before <paramref name="cursor"/>, newest first.</summary>
    public Task<List<TimelineEntry>> CustomerAsync(
        string customer,
        TimelineCursor cursor,
        EntryFilter filter,
        int limit,
        CancellationToken cancellationToken
    ) => EntriesAsync(OfCustomer, customer, cursor, filter, limit, cancellationToken, cursor.OrderId);

    /// <summary>Movements of a SKU before <paramref name="cursor"/>, newest first; null: at any location.</summary>
    public Task<List<StockTimelineEntry>> SkuAsync(
        string sku,
        string? location,
        StockCursor cursor,
        EntryFilter filter,
        int limit,
        CancellationToken cancellationToken
    ) =>
        location is null
            ? MovementsAsync(
                OfSku,
                filter,
                cancellationToken,
                sku,
                cursor.Operation,
                cursor.Name,
                cursor.Sequence,
                limit
            )
            : MovementsAsync(OfSkuAtLocation, filter, cancellationToken, sku, location, cursor.Sequence, limit);

    /// <summary>Movements of all SKUs at a location before <paramref name="cursor"/>, newest first.</summary>
    public Task<List<StockTimelineEntry>> LocationAsync(
        string location,
        StockCursor cursor,
        EntryFilter filter,
        int limit,
        CancellationToken cancellationToken
    ) =>
        MovementsAsync(
            OfLocation,
            filter,
            cancellationToken,
            location,
            cursor.Operation,
            cursor.Name,
            cursor.Sequence,
            limit
        );

    private async Task<List<TimelineEntry>> EntriesAsync(
        string sql,
        object orderOrCustomer,
        TimelineCursor cursor,
        EntryFilter filter,
        int limit,
        CancellationToken cancellationToken,
        params object[] rest
    )
    {
        object[] values =
        [
            orderOrCustomer,
            cursor.At.UtcDateTime,
            (short)cursor.Step,
            cursor.Position,
            filter.Kind ?? "",
            filter.FromUtc,
            filter.UntilUtc,
            limit,
            .. rest,
        ];
        return (await database.QueryAsync<OrderTimelineRow>(sql, values, cancellationToken)).ConvertAll(ToEntry);
    }

    private static TimelineEntry ToEntry(OrderTimelineRow row) =>
        new(
            row.OrderId,
            row.At,
            (TimelineStep)row.Step,
            row.Position,
            row.Type,
            row.FromStatus,
            row.ToStatus,
            row.Reason,
            row.Details is { } json ? JsonSerializer.Deserialize<EntryDetails>(json, JsonSerializerOptions.Web) : null,
            row.Version,
            row.Actor,
            row.Trace
        );

    private Task<List<StockTimelineEntry>> MovementsAsync(
        string sql,
        EntryFilter filter,
        CancellationToken cancellationToken,
        params object[] rest
    ) =>
        database.QueryAsync<StockTimelineEntry>(
            sql,
            [(object?)filter.Kind ?? DBNull.Value, filter.FromUtc, filter.UntilUtc, .. rest],
            cancellationToken
        );
}
