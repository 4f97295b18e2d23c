using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Reads rows without ceremony.</summary>
public static class Reading
{
    /// <summary>All rows of the current result.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(map(reader));
        return rows;
    }
}
