using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Data;

/// <summary>How far History has read, and what it could not apply.</summary>
internal sealed class IntakeReader(NpgsqlDataSource database)
{
    private const string Seen = "select producer, position from watermarks";

    private const string Parked =
        "select producer, position from dead_letters where strpos(body, $1) > 0 order by id limit 20";

    public async Task<(Dictionary<string, long> Seen, List<ParkedEvent> Parked)> ReadAsync(
        Guid orderId,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(Seen);
        batch.Add(Parked, orderId.ToString());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var seen = await reader.ReadAllAsync(
            r => (Producer: r.GetString(0), Position: r.GetInt64(1)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var parked = await reader.ReadAllAsync(
            r => new ParkedEvent(r.GetString(0), r.IsDBNull(1) ? null : r.GetInt64(1)),
            cancellationToken
        );
        return (seen.ToDictionary(s => s.Producer, s => s.Position), parked);
    }
}
