using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Cuts a stretch of the log into messages.</summary>
public static class Paging
{
    /// <summary>Entries per message, at most.</summary>
    public const int MaxEvents = 200;

    /// <summary>Payload per message in characters, at most, unless a single event is larger. Kafka's default limit is 1 MiB.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Consecutive pages that together hold <paramref name="events"/>, in order.</summary>
    public static IEnumerable<EventPage> Split(string producer, IEnumerable<LoggedEvent> events)
    {
        var page = new List<LoggedEvent>();
        var length = 0;
        foreach (var entry in events)
        {
            var size = entry.Data.GetRawText().Length;
            if (page.Count == MaxEvents || (page.Count > 0 && length + size > MaxLength))
            {
                yield return new EventPage(producer, page);
                (page, length) = ([], 0);
            }

            page.Add(entry);
            length += size;
        }

        if (page.Count > 0) yield return new EventPage(producer, page);
    }
}
