using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// The right to run an app's workflows: a session-level advisory lock on the connection of all writes.
/// </summary>
internal sealed class Ownership : IAsyncDisposable
{
    private Ownership(NpgsqlConnection connection) => Connection = connection;

    public NpgsqlConnection Connection { get; }

    /// <summary>Waits while another process holds it.</summary>
    public static async Task<Ownership> AcquireAsync(
        string app,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(
                "select pg_advisory_lock(hashtextextended('EmbeddedDapr.Workflows ' || $1, 0))",
                connection
            )
            {
                CommandTimeout = 0,
            };
            command.Parameters.Add(new() { Value = app });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Releases the lock: a connection returned to the pool would keep it.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var connection = Connection;
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;
        await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
