using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Rows by position, until the last caller maps them by name (<see cref="DaprShop.ServiceDefaults.SqlQueries"/>).
/// </summary>
public static class Reading
{
    /// <summary>All rows of the current result.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> map,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>All rows of a query, in the transaction of the connection.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        object[] values,
        Func<NpgsqlDataReader, T> map,
        CancellationToken cancellationToken
    )
    {
        await using var batch = connection.CreateBatch();
        batch.Add(sql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAllAsync(map, cancellationToken);
    }

    /// <summary>All rows of a query, in a transaction of its own.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlDataSource database,
        string sql,
        object[] values,
        Func<NpgsqlDataReader, T> map,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QueryAsync(sql, values, map, cancellationToken);
    }

    /// <summary>
    /// The first column of the first row, in the transaction of the connection; null where there is none.
    /// </summary>
    public static async Task<object?> ScalarAsync(
        this NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = connection.CreateBatch();
        batch.Add(sql, values);
        return await batch.ExecuteScalarAsync(cancellationToken) is var value && value is DBNull ? null : value;
    }

    /// <summary>Runs a statement in a transaction of its own. Answers how many rows it changed.</summary>
    public static async Task<int> RunAsync(
        this NpgsqlDataSource database,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(sql, values);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The text in a column; null where there is none.</summary>
    public static string? Text(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>The number in a column; null where there is none.</summary>
    public static int? Number(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt32(column);

    /// <summary>The id in a column; null where there is none.</summary>
    public static Guid? Id(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetGuid(column);

    /// <summary>The time in a column; null where there is none.</summary>
    public static DateTimeOffset? Time(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
