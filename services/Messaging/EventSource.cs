using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Reads another service's event log through the sidecar. Needs an <see cref="HttpClient"/> named after the producer's app id.</summary>
internal sealed class EventSource(IHttpClientFactory clients)
{
    /// <summary>Entries asked for at a time.</summary>
    public const int FetchLimit = 1_000;

    /// <summary>Length of an answer in characters, about, at most: sidecars pass on 4 MiB.</summary>
    public const int FetchLength = 2 * 1024 * 1024;

    /// <exception cref="HttpRequestException">The producer cannot be reached now.</exception>
    public async Task<IReadOnlyList<LoggedEvent>> FetchAsync(
        string producer,
        long after,
        CancellationToken cancellationToken
    )
    {
        var page = await clients
            .CreateClient(producer)
            .GetFromJsonAsync<EventPage>(
                $"events?after={after}&limit={FetchLimit}",
                JsonSerializerOptions.Web,
                cancellationToken
            );
        return page?.Events ?? [];
    }
}
