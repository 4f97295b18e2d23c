using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Orders.Data;

/// <summary>Locks an order for a decision about it, so that the status named in a refusal is the one that refused.</summary>
internal static class OrderLock
{
    /// <summary>Whose order it is and where it stands; null where there is none.</summary>
    public static async Task<(string Customer, string Status)?> TakeAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("select customer, status from orders where id = $1 for update", id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetString(1)) : null;
    }
}
