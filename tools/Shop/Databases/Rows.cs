using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Maps rows to records by name: the column <c>on_hand</c> to the constructor parameter <c>OnHand</c>.
/// </summary>
internal static class Rows
{
    static Rows() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>Returns all rows. Parameters are positional: $1, $2, …</summary>
    /// <typeparam name="T">A record, or a number; a column of strings needs a record.</typeparam>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        CancellationToken cancel,
        params object[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadRowsAsync<T>(cancel).ToListAsync(cancel);
    }

    /// <summary>Returns the only row.</summary>
    public static async Task<T> QuerySingleAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        CancellationToken cancel,
        params object[] parameters
    ) => (await connection.QueryAsync<T>(sql, cancel, parameters)).Single();

    /// <summary>Streams the rows of the current result set.</summary>
    public static async IAsyncEnumerable<T> ReadRowsAsync<T>(
        this NpgsqlDataReader reader,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var map = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancel))
            yield return map(reader);
    }
}
