using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>
/// Maps rows to records by column name: a record's constructor parameters have the select list's names and order, and
/// <c>snake_case</c> columns match <c>PascalCase</c> parameters. A single number or time maps to its plain type.
/// </summary>
internal static class RowMapping
{
    static RowMapping() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>Reads the rest of the current result set.</summary>
    public static async Task<List<T>> ReadRowsAsync<T>(
        this NpgsqlDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        var parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(parse(reader));
        return rows;
    }

    /// <summary>Reads the rest of the current result set row by row, without holding it in memory.</summary>
    public static async IAsyncEnumerable<T> StreamRowsAsync<T>(
        this NpgsqlDataReader reader,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancellationToken))
            yield return parse(reader);
    }
}
