using System.Text.Json;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.TestKit;

/// <summary>What a service has told.</summary>
public static class LoggedEvents
{
    /// <summary>Holds all of it against the AsyncAPI document.</summary>
    /// <exception cref="ContractBrokenException">An event is not what the document says.</exception>
    public static async Task AreAsDescribedAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select type, data::text from events", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (type, data) = (reader.GetString(0), reader.GetString(1));
            if (Contract.Events.Complaints(Contract.Named(type), JsonElement.Parse(data)) is { Count: > 0 } complaints)
                throw new ContractBrokenException($"{type} {data}: {string.Join("; ", complaints)}");
        }
    }
}
