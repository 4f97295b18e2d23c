using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Diagnosis;

/// <summary>Reads how far History has applied each producer's log, and which events of an order are parked.</summary>
internal sealed class InboxReader(NpgsqlDataSource database)
{
    private const int MaxParked = 20;

    private const string SelectWatermarks = "select producer, position from watermarks";

    private const string SelectParked =
        "select producer, position from dead_letters where strpos(body, $1) > 0 order by id limit $2";

    /// <summary>
    /// Per producer, the position that History has reached; and the parked events that name the order, at most 20.
    /// </summary>
    public async Task<(Dictionary<string, long> Applied, List<ParkedEvent> Parked)> ReadAsync(
        Guid orderId,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(SelectWatermarks);
        batch.Add(SelectParked, orderId.ToString(), MaxParked);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var watermarks = await reader.ReadAllAsync<WatermarkRow>(cancellationToken);
        var parked = await reader.ReadNextAsync<ParkedEvent>(cancellationToken);
        return (watermarks.ToDictionary(w => w.Producer, w => w.Position), parked);
    }

    private sealed record WatermarkRow(string Producer, long Position);
}
