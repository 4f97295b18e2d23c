using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>A client that watches one order and is cut off again and again: what it was told, and when.</summary>
internal sealed class Watcher(HttpClient client, Guid order, int seed)
{
    private const int LongestMs = 300;
    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _heard = [];
    private DateTimeOffset _firstOpen;

    public Guid Order => order;

    /// <summary>Times that it has closed the connection.</summary>
    public int Cut { get; private set; }

    public List<ReceivedMessage> Log { get; } = [];

    /// <summary>Done when it has been told that the order has come to a status.</summary>
    public Task ReceivedAsync(string status) => Heard(status).Task;

    /// <summary>
    /// How long it was until the transitions that were decided since it watches came: from their decision, or, where it was cut off then, from the
    /// moment that it came again.
    /// </summary>
    public IEnumerable<double> DelaysMs =>
        Since.Select(t => (t.Received - (t.At > t.Opened ? t.At : t.Opened)).TotalMilliseconds);

    /// <summary>The same with the time that it was cut off.</summary>
    public IEnumerable<double> DelaysWithAbsenceMs => Since.Select(t => (t.Received - t.At).TotalMilliseconds);

    private IEnumerable<ReceivedMessage> Since => Log.Where(t => t.At > _firstOpen);

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
        var opening = TimeProvider.System.GetUtcNow();
        if (_firstOpen == default)
            _firstOpen = opening;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"orders/{order}/events");
        if (Log is [.., var last])
            request.Headers.Add("Last-Event-ID", last.Id);
        using var response = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            // The gateway has not noticed yet that the last streams were cut; it says when to come again.
            await Task.Delay(response.Headers.RetryAfter!.Delta!.Value, cancellationToken);
            return await ReadAsync(opened, cancellationToken);
        }

        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"GET {request.RequestUri} → {response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}"
            );
        opened();
        if (response.StatusCode == HttpStatusCode.NoContent)
            return response.StatusCode;
        await foreach (
            var told in SseParser
                .Create(await response.Content.ReadAsStreamAsync(cancellationToken))
                .EnumerateAsync(cancellationToken)
        )
        {
            Log.Add(
                new ReceivedMessage(
                    told.EventId!,
                    told.EventType,
                    JsonElement.Parse(told.Data),
                    opening,
                    TimeProvider.System.GetUtcNow()
                )
            );
            Heard(Log[^1].Transition.GetProperty("status").GetString()!).TrySetResult();
        }

        return response.StatusCode;
    }

    private TaskCompletionSource Heard(string status) =>
        _heard.GetOrAdd(status, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    internal sealed record ReceivedMessage(
        string Id,
        string Type,
        JsonElement Transition,
        DateTimeOffset Opened,
        DateTimeOffset Received
    )
    {
        public DateTimeOffset At => Transition.GetProperty("at").GetDateTimeOffset();
    }
}
