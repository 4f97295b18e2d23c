using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Orders.Data;

/// <summary>Single rows and values, in the transaction of their connection.</summary>
internal static class Rows
{
    /// <summary>The first column of the first row; null where there is none.</summary>
    public static async Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, values);
        return await batch.ExecuteScalarAsync(cancellationToken) is var value && value is DBNull ? null : value;
    }

    /// <summary>All rows of a query.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection, string sql, object[] values, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(sql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAllAsync(map, cancellationToken);
    }
}
