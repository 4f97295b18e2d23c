using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>What a service does with the facts of one producer.</summary>
public interface IProjection
{
    /// <summary>The topic whose producer's log this reads.</summary>
    string Topic { get; }

    /// <summary>
    /// Applies <paramref name="events"/>, which come in the log's order, each exactly once: the watermark moves in the same transaction.
    /// An exception that is not transient means that an event cannot be applied; after some attempts it is parked.
    /// </summary>
    Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    );
}
