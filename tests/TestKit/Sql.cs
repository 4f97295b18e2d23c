using Npgsql;

namespace DaprShop.TestKit;

/// <summary>Runs SQL.</summary>
public static class Sql
{
    /// <summary>
    /// Runs <paramref name="sql"/> on a connection of its own, and returns the first column of its first row.
    /// </summary>
    public static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>
    /// Runs <paramref name="sql"/>, and returns the first column of all its rows, one row a line: the plan, if the last
    /// statement is an <c>explain</c>.
    /// </summary>
    public static async Task<string> LinesAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        do
        {
            while (await reader.ReadAsync())
                lines.Add(reader.GetString(0));
        } while (await reader.NextResultAsync());

        return string.Join('\n', lines);
    }

    /// <summary>Whether the role of <paramref name="connectionString"/> lacks the right to run the statement.</summary>
    public static async Task<bool> IsForbiddenAsync(string connectionString, string sql)
    {
        try
        {
            await ScalarAsync<object>(connectionString, sql);
            return false;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return true;
        }
    }
}
