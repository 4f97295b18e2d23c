using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.History.Model;
using DaprShop.Messaging;
using Npgsql;
using NpgsqlTypes;

namespace DaprShop.History.Timelines;

/// <summary>Adds timeline rows, many with one statement. No statement changes or deletes one.</summary>
internal static class TimelineWriter
{
    private const string InsertOwners =
        "insert into order_owners (order_id, customer) select * from unnest($1::uuid[], $2::text[])";

    private const string InsertEntries = """
        insert into order_timeline
            (order_id, at, step, position, type, from_status, to_status, reason, details, version, actor, trace)
        select e.order_id, e.at, e.step, e.position, e.type, e.from_status, e.to_status, e.reason, e.details::json,
               e.version, e.actor, e.trace
        from unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::text[], $10::int[], $11::text[], $12::text[])
             as e(order_id, at, step, position, type, from_status, to_status, reason, details, version, actor, trace)
        """;

    private const string InsertOperations = """
        insert into stock_operations (position, at, kind, cause, actor, reason)
        select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])
        """;

    // A page of the log may carry thousands of movements: COPY costs the least per row.
    private const string CopyMovements = """
        copy stock_timeline (sku, location, sequence, operation, quantity, on_hand, allocated, available, held,
                             unavailable, incoming)
        from stdin (format binary)
        """;

    private static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task WriteOrdersAsync(
        NpgsqlConnection connection,
        IReadOnlyList<OrderOwner> owners,
        IReadOnlyList<TimelineEntry> entries,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        if (owners.Count > 0)
            batch.Add(InsertOwners, owners.Select(o => o.OrderId).ToArray(), owners.Select(o => o.Customer).ToArray());
        AddEntries(batch, entries);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task WriteStockAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockOperation> operations,
        IReadOnlyList<TimelineEntry> entries,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        AddEntries(batch, entries);
        if (operations.Count > 0)
        {
            batch.Add(
                InsertOperations,
                operations.Select(o => o.Position).ToArray(),
                operations.Select(o => o.At.UtcDateTime).ToArray(),
                operations.Select(o => o.Kind).ToArray(),
                operations.Select(o => o.Cause).ToArray(),
                operations.Select(o => o.Actor).ToArray(),
                operations.Select(o => o.Reason).ToArray()
            );
        }

        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
        if (operations.Count > 0)
            await CopyAsync(connection, operations, cancellationToken);
    }

    private static void AddEntries(NpgsqlBatch batch, IReadOnlyList<TimelineEntry> entries)
    {
        if (entries.Count == 0)
            return;
        batch.Add(
            InsertEntries,
            entries.Select(e => e.OrderId).ToArray(),
            entries.Select(e => e.At.UtcDateTime).ToArray(),
            entries.Select(e => (short)e.Step).ToArray(),
            entries.Select(e => e.Position).ToArray(),
            entries.Select(e => e.Type).ToArray(),
            entries.Select(e => e.From).ToArray(),
            entries.Select(e => e.To).ToArray(),
            entries.Select(e => e.Reason).ToArray(),
            entries.Select(e => e.Details is null ? null : JsonSerializer.Serialize(e.Details, Compact)).ToArray(),
            entries.Select(e => e.Version).ToArray(),
            entries.Select(e => e.Actor).ToArray(),
            entries.Select(e => e.Trace).ToArray()
        );
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StockOperation> operations,
        CancellationToken cancellationToken
    )
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyMovements, cancellationToken);
        foreach (var operation in operations)
        foreach (var m in operation.Movements)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(m.Sku, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(m.Location, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(m.Sequence, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(operation.Position, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Quantity, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.OnHand, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Allocated, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Available, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Held, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Unavailable, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(m.Incoming, NpgsqlDbType.Bigint, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
