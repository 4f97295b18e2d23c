using Npgsql;

namespace DaprShop.TestKit;

/// <summary>One statement on a connection of its own.</summary>
public static class Sql
{
    /// <summary>Runs <paramref name="sql"/>, and answers the first column of its first row.</summary>
    public static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>True when the role of <paramref name="connectionString"/> may not do that.</summary>
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
