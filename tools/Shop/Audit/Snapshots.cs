using System.Data;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>
/// One snapshot per database, each of a single moment. Temporary tables written here are dropped with the snapshots.
/// </summary>
internal sealed class Snapshots : IAsyncDisposable
{
    // The databases with the effects are read before the databases with the causes: for every effect that a snapshot
    // shows, a later snapshot shows the cause. An order exists before its reservation, an event before its timeline
    // entry.
    private static readonly string[] EffectsFirst = ["history", "payments", "inventory", "orders"];

    private readonly Dictionary<string, (NpgsqlConnection Connection, NpgsqlTransaction Transaction)> _open = [];

    public NpgsqlConnection this[string service] => _open[service].Connection;

    public static async Task<Snapshots> CreateAsync(AuditedDatabases databases, CancellationToken cancel)
    {
        var snapshots = new Snapshots();
        try
        {
            foreach (var service in EffectsFirst)
            {
                var connection = await databases.OpenAsync(service, cancel);
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
                snapshots._open[service] = (connection, transaction);
                // PostgreSQL takes the snapshot at the first statement, not at `begin`.
                await using var firstStatement = new NpgsqlCommand("select 1", connection);
                await firstStatement.ExecuteNonQueryAsync(cancel);
            }

            return snapshots;
        }
        catch
        {
            await snapshots.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/>; when it fails, the snapshot is restored to its state before.</summary>
    public async Task<T> RunInSavepointAsync<T>(
        string service,
        Func<NpgsqlConnection, Task<T>> work,
        Func<PostgresException, T> failed,
        CancellationToken cancel
    )
    {
        const string Savepoint = "before";
        var (connection, transaction) = _open[service];
        await transaction.SaveAsync(Savepoint, cancel);
        try
        {
            return await work(connection);
        }
        catch (PostgresException e)
        {
            await transaction.RollbackAsync(Savepoint, cancel);
            return failed(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (connection, transaction) in _open.Values)
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
