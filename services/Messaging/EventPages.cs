using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Splits a range of the log into messages.</summary>
public static class EventPages
{
    /// <summary>Entries per message, at most.</summary>
    public const int MaxEvents = 200;

    /// <summary>
    /// Characters of payload per message, at most, unless a single event is larger. Some brokers refuse more than 1
    /// MiB.
    /// </summary>
    public const int MaxLength = 256 * 1024;

    // Approximate length of an entry's ids, times, trace context and names.
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
