using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>Reads the transitions of orders from the event log.</summary>
internal sealed class OrderTransitionReader(NpgsqlDataSource database)
{
    // Read before the events: an event that is appended between the two statements is returned rather than missed.
    private const string SelectOrder =
        "select version, status from orders where id = $1 and ($2::text is null or customer = $2)";

    internal const string SelectTransitions = $"""
        select version, data->>'from' as "from", coalesce(data->>'to', '{OrderStatusNames.Accepted}') as status,
               data->>'reason' as reason, occurred_at
        from events where subject = $1 and version > $2 and type like '{OrderEventTypes.Pattern}' order by version
        """;

    /// <summary>The transitions of an order after a version; null where there is no such order.</summary>
    /// <param name="customer">The required owner; null for any.</param>
    public async Task<OrderTransitions?> ReadAsync(
        Guid id,
        string? customer,
        int after,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(SelectOrder, id, (object?)customer ?? DBNull.Value);
        batch.Add(SelectTransitions, id.ToString(), after);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAllAsync<VersionRow>(cancellationToken) is not [var order])
            return null;
        var rows = await reader.ReadNextAsync<TransitionRow>(cancellationToken);
        return rows is [.., var last]
            ? new OrderTransitions(
                id,
                last.Version,
                last.Status,
                rows.ConvertAll(r => new OrderTransition(id, r.Version, r.From, r.Status, r.Reason, r.OccurredAt))
            )
            : new OrderTransitions(id, order.Version, order.Status, []);
    }

    private sealed record VersionRow(int Version, string Status);

    private sealed record TransitionRow(
        int Version,
        string? From,
        string Status,
        string? Reason,
        DateTimeOffset OccurredAt
    );
}
