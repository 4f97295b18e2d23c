using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>
/// What a replica does with what is broadcast. Every replica hears all of it while it runs, and nothing is kept for it: a page may come late,
/// twice, out of order or never, so versions decide, and what matters is asked of its owner.
/// </summary>
public interface IListener
{
    /// <summary>The topic whose broadcast it hears.</summary>
    string Topic { get; }

    /// <summary>Takes a page in, in memory. An exception is logged, and the page not repeated.</summary>
    void Hear(EventPage page);
}
