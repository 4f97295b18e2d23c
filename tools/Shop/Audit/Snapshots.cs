using System.Data;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>One snapshot per database, each of a single moment. Nothing that is written here outlives them.</summary>
internal sealed class Snapshots : IAsyncDisposable
{
    // Facts flow from right to left: what a snapshot shows, those after it show the cause of. An order is there before its reservation,
    // an event before its place in a timeline.
    private static readonly string[] EffectsFirst = ["history", "payments", "inventory", "orders"];

    private readonly Dictionary<string, (NpgsqlConnection Connection, NpgsqlTransaction Transaction)> _open = [];

    public NpgsqlConnection this[string service] => _open[service].Connection;

    public static async Task<Snapshots> TakeAsync(AuditedDatabases databases, CancellationToken cancel)
    {
        var snapshots = new Snapshots();
        try
        {
            foreach (var service in EffectsFirst)
            {
                var connection = await databases.OpenAsync(service, cancel);
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
                snapshots._open[service] = (connection, transaction);
                // The first statement, not `begin`, takes the snapshot.
                await using var touch = new NpgsqlCommand("select 1", connection);
                await touch.ExecuteNonQueryAsync(cancel);
            }

            return snapshots;
        }
        catch
        {
            await snapshots.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/>; when that fails, the snapshot is as it was before.</summary>
    public async Task<T> TryAsync<T>(
        string service,
        Func<NpgsqlConnection, Task<T>> work,
        Func<PostgresException, T> failed,
        CancellationToken cancel
    )
    {
        const string Before = "before";
        var (connection, transaction) = _open[service];
        await transaction.SaveAsync(Before, cancel);
        try
        {
            return await work(connection);
        }
        catch (PostgresException e)
        {
            await transaction.RollbackAsync(Before, cancel);
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
