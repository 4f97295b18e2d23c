using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>A client that watches one order and is cut off again and again: what it was told, and when.</summary>
internal sealed class Watcher(HttpClient client, Guid order, int seed)
{
    private const int LongestMs = 300;
    private readonly Random _random = new(seed);
    private DateTimeOffset _firstOpen;

    public Guid Order => order;

    /// <summary>Times that it has closed the connection.</summary>
    public int Cut { get; private set; }

    public List<Told> Log { get; } = [];

    /// <summary>How long after they were decided the transitions came that were decided while somebody watched: the time that the client was cut off counts.</summary>
    public IEnumerable<double> DelaysMs => Log.Where(t => t.Transition.GetProperty("at").GetDateTimeOffset() > _firstOpen).Select(t => (t.Received - t.Transition.GetProperty("at").GetDateTimeOffset()).TotalMilliseconds);

    /// <summary>Watches until it has closed the connection so many times.</summary>
    public async Task WatchAndCutAsync(int cuts)
    {
        for (; cuts > 0; cuts--, Cut++)
        {
            using var close = new CancellationTokenSource();
            try
            {
                await ReadAsync(() => close.CancelAfter(_random.Next(LongestMs)), close.Token);
                throw new InvalidOperationException($"The stream of order {order} ended by itself.");
            }
            catch (OperationCanceledException)
            {
                // Cut, and it comes again.
            }
        }
    }

    /// <summary>Watches until the stream ends by itself, and comes again once more, as an EventSource would.</summary>
    /// <returns>What it is answered then.</returns>
    public async Task<HttpStatusCode> WatchToTheEndAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(() => { }, cancellationToken);
        return await ReadAsync(() => { }, cancellationToken);
    }

    private async Task<HttpStatusCode> ReadAsync(Action opened, CancellationToken cancellationToken)
    {
        if (_firstOpen == default) _firstOpen = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"orders/{order}/events");
        if (Log is [.., var last]) request.Headers.Add("Last-Event-ID", last.Id);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"GET {request.RequestUri} → {response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        opened();
        if (response.StatusCode == HttpStatusCode.NoContent) return response.StatusCode;
        await foreach (var told in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
            Log.Add(new Told(told.EventId!, told.EventType, JsonElement.Parse(told.Data), TimeProvider.System.GetUtcNow()));
        return response.StatusCode;
    }

    internal sealed record Told(string Id, string Type, JsonElement Transition, DateTimeOffset Received);
}
