using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Cuts a stretch of the log into messages.</summary>
public static class Paging
{
    /// <summary>Entries per message, at most.</summary>
    public const int MaxEvents = 200;

    /// <summary>Payload per message in characters, at most, unless a single event is larger. Brokers refuse more than 1 MiB, some of them.</summary>
    public const int MaxLength = 256 * 1024;

    // About what an entry has besides its payload: ids, times, trace context, names.
    private const int EnvelopeLength = 320;

    /// <summary>Consecutive pages that together hold <paramref name="events"/>, in order.</summary>
    public static IEnumerable<EventPage> Split(
        string producer,
        IEnumerable<LoggedEvent> events,
        int maxEvents = MaxEvents,
        int maxLength = MaxLength
    )
    {
        var page = new List<LoggedEvent>();
        var length = 0;
        foreach (var entry in events)
        {
            var size = entry.Data.GetRawText().Length + EnvelopeLength;
            if (page.Count == maxEvents || (page.Count > 0 && length + size > maxLength))
            {
                yield return new EventPage(producer, page);
                (page, length) = ([], 0);
            }

            page.Add(entry);
            length += size;
        }

        if (page.Count > 0)
            yield return new EventPage(producer, page);
    }
}
