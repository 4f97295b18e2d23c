using System.Net;
using System.Text;
using System.Threading.Channels;
using DaprShop.Gateway.Streams;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>How events go over the wire.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private readonly Channel<StreamEvent> _events = Channel.CreateUnbounded<StreamEvent>();
    private readonly CountingTime _time = new();
    private readonly TaskCompletionSource _cancelled = new();

    // What is not read yet is not waited for when a response is given up: the connection ends at once.
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxResponseDrainSize = 0 });
    private WebApplication _app = null!;
    private Stream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(new StreamSettings());
        _app = builder.Build();
        _app.MapGet("/", () => new EventStream(ReadAsync()));
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
    public async Task N1_Events_go_out_one_by_one_in_the_words_of_the_standard_and_the_stream_ends_with_them()
    {
        await ReceivesAsync("retry: 1000\n\n");

        await _events.Writer.WriteAsync(
            new StreamEvent("1", "status", """{"a":"é"}"""),
            TestContext.Current.CancellationToken
        );
        await ReceivesAsync("id: 1\nevent: status\ndata: {\"a\":\"é\"}\n\n");
        await _events.Writer.WriteAsync(new StreamEvent("2", "snapshot", "{}"), TestContext.Current.CancellationToken);
        await ReceivesAsync("id: 2\nevent: snapshot\ndata: {}\n\n");

        _events.Writer.Complete();
        (await _stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).Should().Be(0);
    }

    [Fact]
    public async Task N1_Silence_is_broken_by_a_comment_every_fifteen_seconds()
    {
        await ReceivesAsync("retry: 1000\n\n");
        for (var beat = 1; beat <= 3; beat++)
        {
            await Wait.UntilAsync(() => Task.FromResult(_time.Timers == beat), "the stream waits");
            _time.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
            _time.Timers.Should().Be(beat, "it is not yet time");
            _time.Advance(TimeSpan.FromTicks(1));
            await ReceivesAsync(":\n\n");
        }

        await _events.Writer.WriteAsync(new StreamEvent("1", "status", "{}"), TestContext.Current.CancellationToken);
        await ReceivesAsync("id: 1\nevent: status\ndata: {}\n\n");
    }

    [Fact]
    public async Task A_client_that_goes_ends_the_reading()
    {
        await ReceivesAsync("retry: 1000\n\n");
        await _stream.DisposeAsync();

        await _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_gateway_that_stops_does_not_wait_for_its_streams()
    {
        await ReceivesAsync("retry: 1000\n\n");

        await _app.StopAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        _cancelled.Task.IsCompleted.Should().BeTrue();
        (await _stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken))
            .Should()
            .Be(0, "that is an end, and no failure");
    }

    private async IAsyncEnumerable<StreamEvent> ReadAsync(
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
            // A callback of the token would be gone where the reading ends before it is called.
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
