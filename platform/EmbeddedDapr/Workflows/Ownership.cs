using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>The right to run an app's workflows: a session lock of PostgreSQL, on the connection that all writing goes over.</summary>
internal sealed class Ownership : IAsyncDisposable
{
    private Ownership(NpgsqlConnection connection) => Connection = connection;

    public NpgsqlConnection Connection { get; }

    /// <summary>Waits as long as another process has it.</summary>
    public static async Task<Ownership> TakeAsync(
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

    /// <summary>A connection that only went back to the pool would keep the lock.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var connection = Connection;
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;
        await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
