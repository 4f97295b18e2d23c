using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Messaging;

/// <summary>
/// Reads another service's event log through the sidecar. Needs an invocation client for the producer's app id.
/// </summary>
internal sealed class EventSource(ServiceInvoker services)
{
    /// <summary>Entries per request, at most.</summary>
    public const int FetchLimit = 1_000;

    /// <summary>Approximate length of a response in characters, at most: sidecars forward up to 4 MiB.</summary>
    public const int FetchLength = 2 * 1024 * 1024;

    /// <summary>
    /// The entries after <paramref name="after"/>, at most <see cref="FetchLimit"/>; empty at the end of the log.
    /// </summary>
    /// <exception cref="HttpRequestException">The producer cannot be reached now.</exception>
    public async Task<IReadOnlyList<LoggedEvent>> FetchAsync(
        string producer,
        long after,
        CancellationToken cancellationToken
    )
    {
        var path = $"events?after={after}&limit={FetchLimit}";
        return (await services.GetAsync<EventPage>(producer, path, cancellationToken)).Events;
    }
}
