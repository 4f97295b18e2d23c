using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Statements that look up rows by arrays of keys, in one round trip. A statement without any key finds nothing and is
/// not sent: the server would spend longer on its plan than on everything else.
/// </summary>
internal sealed class LookupBatch(NpgsqlConnection connection) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);
    private readonly List<Func<NpgsqlDataReader, CancellationToken, Task>> _results = [];

    /// <summary>Adds a statement; the list has its rows when <see cref="ExecuteAsync"/> has returned.</summary>
    /// <param name="values">The parameters, in order. At least one is an array of keys.</param>
    public List<TRow> Add<TRow>(string sql, params object[] values)
    {
        var rows = new List<TRow>();
        if (values.OfType<Array>().All(keys => keys.Length == 0))
            return rows;
        _batch.Add(sql, values);
        _results.Add(
            async (reader, cancellationToken) => rows.AddRange(await reader.ReadAllAsync<TRow>(cancellationToken))
        );
        return rows;
    }

    /// <summary>Executes the statements in the order in which they were added.</summary>
    /// <exception cref="PostgresException">A statement fails.</exception>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_results.Count == 0)
            return;
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
        foreach (var read in _results)
        {
            await read(reader, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}
