using System.Net.ServerSentEvents;

namespace DaprShop.Gateway.Tests;

/// <summary>An open event stream, read event by event.</summary>
internal sealed class OpenStream(HttpResponseMessage response) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> _events = SseParser
        .Create(response.Content.ReadAsStream())
        .EnumerateAsync()
        .GetAsyncEnumerator();

    public static OpenStream Of(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
        return new OpenStream(response);
    }

    public async Task<string?> NextAsync() =>
        await _events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))
            ? $"{_events.Current.EventId} {_events.Current.EventType} {_events.Current.Data}"
            : null;

    public async Task<string?> VersionAsync() => (await NextAsync())?.Split(" {")[0];

    public ValueTask DisposeAsync()
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
