using System.Net;
using System.Text;
using System.Threading.Channels;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>The wire format of streams, their heartbeats and their end.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private readonly Channel<ServerSentEvent> _events = Channel.CreateUnbounded<ServerSentEvent>();
    private readonly CountingTime _time = new();
    private readonly TaskCompletionSource _cancelled = new();

    // A disposed response closes its connection at once instead of reading the rest.
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxResponseDrainSize = 0 });
    private WebApplication _app = null!;
    private Stream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(new StreamOptions());
        _app = builder.Build();
        _app.MapGet("/", () => new EventStreamResult(ReadAsync()));
        await _app.StartAsync();
        var response = await _client.GetAsync(
            _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
            HttpCompletionOption.ResponseHeadersRead
        );
        response.Content.Headers.ContentType!.ToString().Should().Be("text/event-stream");
        response.Headers.CacheControl!.ToString().Should().BeOneOf("no-cache, no-transform", "no-transform, no-cache");
        _stream = await response.Content.ReadAsStreamAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task N1_Events_are_sent_one_by_one_in_the_standard_format_and_the_stream_ends_after_the_last()
    {
        await ReceivesAsync("retry: 1000\n\n");

        await _events.Writer.WriteAsync(
            new ServerSentEvent("1", "status", """{"a":"é"}"""),
            TestContext.Current.CancellationToken
        );
        await ReceivesAsync("id: 1\nevent: status\ndata: {\"a\":\"é\"}\n\n");
        await _events.Writer.WriteAsync(
            new ServerSentEvent("2", "snapshot", "{}"),
            TestContext.Current.CancellationToken
        );
        await ReceivesAsync("id: 2\nevent: snapshot\ndata: {}\n\n");

        _events.Writer.Complete();
        (await _stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).Should().Be(0);
    }

    [Fact]
    public async Task N1_A_silent_stream_sends_a_comment_every_fifteen_seconds()
    {
        await ReceivesAsync("retry: 1000\n\n");
        for (var beat = 1; beat <= 3; beat++)
        {
            await Wait.UntilAsync(() => Task.FromResult(_time.Timers == beat), "the stream waits");
            _time.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
            _time.Timers.Should().Be(beat, "no heartbeat is due yet");
            _time.Advance(TimeSpan.FromTicks(1));
            await ReceivesAsync(":\n\n");
        }

        await _events.Writer.WriteAsync(
            new ServerSentEvent("1", "status", "{}"),
            TestContext.Current.CancellationToken
        );
        await ReceivesAsync("id: 1\nevent: status\ndata: {}\n\n");
    }

    [Fact]
    public async Task A_client_that_disconnects_cancels_the_events()
    {
        await ReceivesAsync("retry: 1000\n\n");
        await _stream.DisposeAsync();

        await _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_gateway_that_stops_ends_its_streams()
    {
        await ReceivesAsync("retry: 1000\n\n");

        await _app.StopAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        _cancelled.Task.IsCompleted.Should().BeTrue();
        (await _stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken))
            .Should()
            .Be(0, "the stream ends without an error");
    }

    private async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            await foreach (var entry in _events.Reader.ReadAllAsync(cancellationToken))
                yield return entry;
        }
        finally
        {
            // A callback of the token might not run before the enumeration ends.
            if (cancellationToken.IsCancellationRequested)
                _cancelled.SetResult();
        }
    }

    private async Task ReceivesAsync(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        await _stream
            .ReadExactlyAsync(bytes, TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Encoding.UTF8.GetString(bytes).Should().Be(text);
    }

    private sealed class CountingTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }
}
