using System.Text.Json;

namespace DaprShop.Contracts;

/// <summary>
/// One entry of a service's event log, written in the transaction of the state change that it records.
/// </summary>
/// <param name="Position">Position in the producer's log: dense, from 1, in commit order.</param>
/// <param name="Id">UUIDv7 of the event.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Subject">Id of the aggregate.</param>
/// <param name="Version">The aggregate's version after the change.</param>
/// <param name="OccurredAt">When the event occurred.</param>
/// <param name="TraceParent">W3C trace context of the request that caused it, if there was one.</param>
/// <param name="Data">The payload, whose record the type determines.</param>
public sealed record LoggedEvent(
    long Position,
    Guid Id,
    string Type,
    string Subject,
    int Version,
    DateTimeOffset OccurredAt,
    string? TraceParent,
    JsonElement Data
)
{
    private static readonly JsonSerializerOptions Payload = new(JsonSerializerDefaults.Web)
    {
        Converters = { new NormalizedDecimalConverter() },
    };

    /// <summary>What stands in this event's place where it cannot be published: the log has no gaps.</summary>
    /// <param name="cause">Why it cannot be published, as a sentence.</param>
    public LoggedEvent AsUnpublishable(string cause) =>
        this with
        {
            Type = EventTypes.Unpublishable,
            Data = JsonSerializer.SerializeToElement(new EventUnpublishable(Type, cause), Payload),
        };

    /// <summary>The payload as <typeparamref name="T"/>.</summary>
    /// <exception cref="JsonException">The payload is not a <typeparamref name="T"/>.</exception>
    public T Read<T>() => Data.Deserialize<T>(Payload) ?? throw new JsonException($"Event {Id} has no payload.");
}

/// <summary>
/// Consecutive entries of one producer's log: the content of a message and of a response to <c>GET /events?after=</c>.
/// </summary>
/// <param name="Producer">App id of the log's owner.</param>
/// <param name="Events">In order of position, without a gap; empty at the log's end.</param>
public sealed record EventPage(string Producer, IReadOnlyList<LoggedEvent> Events);
