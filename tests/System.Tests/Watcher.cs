using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>
/// A client that watches one order and disconnects repeatedly. Records the messages with the times of their receipt.
/// </summary>
internal sealed class Watcher(HttpClient client, Guid order, int seed)
{
    private const int LongestMs = 300;
    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _received = [];
    private DateTimeOffset _firstOpen;

    public Guid Order => order;

    /// <summary>The number of times the client has closed the connection.</summary>
    public int Cut { get; private set; }

    public List<ReceivedMessage> Log { get; } = [];

    /// <summary>Completes when the client has received a status.</summary>
    public Task ReceivedAsync(string status) => Received(status).Task;

    /// <summary>
    /// How long it was until the transitions that were decided since it watches came: from their decision, or, where it
    /// was cut off then, from the
    /// moment that it came again.
    /// </summary>
    public IEnumerable<double> DelaysMs =>
        Since.Select(t => (t.Received - (t.At > t.Opened ? t.At : t.Opened)).TotalMilliseconds);

    /// <summary>The same, including the time during which the client was disconnected.</summary>
    public IEnumerable<double> DelaysWithAbsenceMs => Since.Select(t => (t.Received - t.At).TotalMilliseconds);

    private IEnumerable<ReceivedMessage> Since => Log.Where(t => t.At > _firstOpen);

    /// <summary>Watches until the client has closed the connection <paramref name="cuts"/> times.</summary>
    public async Task WatchAndCutAsync(int cuts)
    {
        for (; cuts > 0; cuts--, Cut++)
        {
            using var close = new CancellationTokenSource();
            try
            {
                await ReadAsync(() => close.CancelAfter(_random.Next(LongestMs)), close.Token);
                throw new InvalidOperationException(
                    $"The stream of order {order} ended although the order has not ended."
                );
            }
            catch (OperationCanceledException)
            {
                // The client disconnected as intended, and connects again.
            }
        }
    }

    /// <summary>Watches until the server ends the stream, and connects once more, as an EventSource would.</summary>
    /// <returns>The status code of the last response.</returns>
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
            // The gateway has not noticed yet that the last streams were closed; its response says when to retry.
            await Task.Delay(response.Headers.RetryAfter!.Delta!.Value, cancellationToken);
            return await ReadAsync(opened, cancellationToken);
        }

        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"GET {request.RequestUri} → {response.StatusCode}: "
                    + await response.Content.ReadAsStringAsync(cancellationToken)
            );
        opened();
        if (response.StatusCode == HttpStatusCode.NoContent)
            return response.StatusCode;
        await foreach (
            var message in SseParser
                .Create(await response.Content.ReadAsStreamAsync(cancellationToken))
                .EnumerateAsync(cancellationToken)
        )
        {
            Log.Add(
                new ReceivedMessage(
                    message.EventId!,
                    message.EventType,
                    JsonElement.Parse(message.Data),
                    opening,
                    TimeProvider.System.GetUtcNow()
                )
            );
            Received(Log[^1].Transition.GetProperty("status").GetString()!).TrySetResult();
        }

        return response.StatusCode;
    }

    private TaskCompletionSource Received(string status) =>
        _received.GetOrAdd(status, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

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
