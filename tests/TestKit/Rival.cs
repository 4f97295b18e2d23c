using Npgsql;

namespace DaprShop.TestKit;

/// <summary>
/// A transaction of the test's own, which keeps its locks until the test lets them go: what meets whom is no matter of
/// luck.
/// </summary>
public sealed class Rival : IAsyncDisposable
{
    private const string Waiting = """
        select count(distinct pid) from pg_locks join pg_stat_activity using (pid)
        where not granted and datname = current_database()
        """;
    private readonly string _connectionString;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private Rival(string connectionString, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connectionString, _connection, _transaction) = (connectionString, connection, transaction);

    /// <summary>Runs <paramref name="sql"/>, and stays in its transaction.</summary>
    public static async Task<Rival> BeginAsync(string connectionString, string sql)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
        return new Rival(connectionString, connection, transaction);
    }

    /// <summary>Waits until so many sessions of this database wait for a lock.</summary>
    public Task IsWaitedForAsync(int sessions = 1) => IsAnyWaitingAsync(_connectionString, sessions);

    /// <summary>Waits until so many sessions of the database wait for a lock, whoever has it.</summary>
    public static Task IsAnyWaitingAsync(string connectionString, int sessions = 1) =>
        Wait.UntilAsync(
            async () => await Sql.ScalarAsync<long>(connectionString, Waiting) >= sessions,
            $"{sessions} sessions wait for a lock"
        );

    /// <summary>Does more in its transaction.</summary>
    public async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Commits, which lets the waiting go on.</summary>
    public Task CommitAsync() => _transaction.CommitAsync();

    /// <summary>Rolls back what was not committed.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
