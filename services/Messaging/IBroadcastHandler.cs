using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>
/// Handles broadcast pages in a replica's memory. Every running replica receives each broadcast, and none is kept for a
/// replica that is down: a page may come late, twice, out of order or never, so versions decide, and the owner is asked
/// where it matters.
/// </summary>
public interface IBroadcastHandler
{
    /// <summary>The topic whose broadcast is handled.</summary>
    string Topic { get; }

    /// <summary>Handles a page, without I/O. After an exception, which is logged, each of its events is handled alone.</summary>
    void Handle(EventPage page);
}
