using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Applies the events of one producer to a service's own state.</summary>
public interface IProjection
{
    /// <summary>The topic of the producer whose log is applied.</summary>
    string Topic { get; }

    /// <summary>
    /// Applies <paramref name="events"/>, in the log's order, each exactly once: the watermark is updated in the same
    /// transaction. An exception that is not transient means that an event cannot be applied; after five attempts it is
    /// parked.
    /// </summary>
    Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    );
}
