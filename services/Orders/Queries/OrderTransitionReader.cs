using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>Reads orders' transitions out of the event log.</summary>
internal sealed class OrderTransitionReader(NpgsqlDataSource database)
{
    // The order first: what the log has gained since then comes as well, and is never missing.
    private const string Order =
        "select version, status from orders where id = $1 and ($2::text is null or customer = $2)";

    internal const string Read = $"""
        select version, data->>'from', coalesce(data->>'to', 'accepted'), data->>'reason', occurred_at
        from events where subject = $1 and version > $2 and type like '{OrderEventTypes.Pattern}' order by version
        """;

    /// <summary>What became of an order after a version; null where there is no such order.</summary>
    /// <param name="customer">Whose it must be; null for anybody's.</param>
    public async Task<OrderTransitions?> ReadAsync(
        Guid id,
        string? customer,
        int after,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(Order, id, (object?)customer ?? DBNull.Value);
        batch.Add(Read, id.ToString(), after);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var (version, status) = (reader.GetInt32(0), reader.GetString(1));
        await reader.NextResultAsync(cancellationToken);
        var transitions = await reader.ReadAllAsync(
            r => new OrderTransition(
                id,
                r.GetInt32(0),
                r.Text(1),
                r.GetString(2),
                r.Text(3),
                r.GetFieldValue<DateTimeOffset>(4)
            ),
            cancellationToken
        );
        return transitions is [.., var last]
            ? new OrderTransitions(id, last.Version, last.Status, transitions)
            : new OrderTransitions(id, version, status, []);
    }
}
