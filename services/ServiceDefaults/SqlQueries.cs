using System.Data;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// SQL statements with positional parameters, and rows mapped by column name (Dapper). A row type is a record whose
/// constructor parameters have the names, order and types of the select list; <c>snake_case</c> matches
/// <c>PascalCase</c>, and a mismatch throws at the first row.
/// </summary>
public static class SqlQueries
{
    static SqlQueries()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTimestamps());
    }

    /// <summary>Adds a command with positional parameters: <c>$1</c>, <c>$2</c>, ….</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(
                value is DBNull
                    ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text }
                    : new NpgsqlParameter { Value = value }
            );
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>
    /// Adds a command with one parameter that is an array; the other overload would read it as several parameters.
    /// </summary>
    public static void Add(this NpgsqlBatch batch, string sql, string[] value) => batch.Add(sql, [(object)value]);

    /// <summary>All rows of the reader's current result set.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="TRow"/> does not match the columns.</exception>
    public static async Task<List<TRow>> ReadAllAsync<TRow>(
        this NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<TRow>();
        if (!await reader.ReadAsync(cancellationToken))
            return rows;
        // Not GetRowParser<TRow>, which throws for a single column of a reference type: string.
        var parse = reader.GetRowParser(typeof(TRow));
        do rows.Add((TRow)parse(reader));
        while (await reader.ReadAsync(cancellationToken));
        return rows;
    }

    /// <summary>All rows of the reader's next result set.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no next result set, or <typeparamref name="TRow"/> does not match the columns.
    /// </exception>
    public static async Task<List<TRow>> ReadNextAsync<TRow>(
        this NpgsqlDataReader reader,
        CancellationToken cancellationToken
    ) =>
        await reader.NextResultAsync(cancellationToken)
            ? await reader.ReadAllAsync<TRow>(cancellationToken)
            : throw new InvalidOperationException("The batch has no further result set.");

    /// <summary>All rows of a query, in the connection's transaction.</summary>
    public static async Task<List<TRow>> QueryAsync<TRow>(
        this NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = connection.CreateBatch();
        batch.Add(sql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAllAsync<TRow>(cancellationToken);
    }

    /// <summary>All rows of a query, in a transaction of its own.</summary>
    public static async Task<List<TRow>> QueryAsync<TRow>(
        this NpgsqlDataSource database,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QueryAsync<TRow>(sql, values, cancellationToken);
    }

    /// <summary>
    /// The first column of the first row, in the connection's transaction; default where there is no row or it is null.
    /// </summary>
    public static async Task<T?> ScalarAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = connection.CreateBatch();
        batch.Add(sql, values);
        return await batch.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }

    /// <summary>Executes a statement in the connection's transaction; returns the number of rows it changed.</summary>
    public static async Task<int> ExecuteAsync(
        this NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = connection.CreateBatch();
        batch.Add(sql, values);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Executes a statement in a transaction of its own; returns the number of rows it changed.</summary>
    public static async Task<int> ExecuteAsync(
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

    /// <summary><c>timestamptz</c> as <see cref="DateTimeOffset"/>; PostgreSQL keeps UTC.</summary>
    private sealed class UtcTimestamps : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) =>
            parameter.Value = value.UtcDateTime;
    }
}
