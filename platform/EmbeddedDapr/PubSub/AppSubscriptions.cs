using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Asks one app what it wants, whenever it comes up, and runs a delivery loop for each of its subscriptions.</summary>
internal sealed class AppSubscriptions(
    Sidecar sidecar,
    Consumers consumers,
    SubscriptionRegistry registry,
    AppClient client,
    MessageStore store,
    TopicSignals signals,
    ILoggerFactory loggers
) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = loggers.CreateLogger<AppSubscriptions>();
    private byte[]? _answered;
    private RunningLoops _loops = new([], CancellationToken.None);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await AskAsync(stopping) is { } answer)
                {
                    if (!answer.SequenceEqual(_answered ?? []))
                        await ServeAsync(answer, stopping);
                    await _loops.WatchAsync(UntilGoneAsync(stopping));
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or SocketException || AppClient.IsAway(e))
            {
                // The app is away, or has just gone: it is asked again.
            }
            catch (Exception e)
            {
                // Also what nobody foresaw: of the apps, this one alone would be left without its messages, and without a word.
                _logger.LogSubscribingFailed(sidecar.AppId, e.Message, e);
                if (_loops.HasFailed)
                    _answered = null;
            }

            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    /// <summary>The app's answer, empty when it has no such route; null when it cannot answer yet.</summary>
    private async Task<byte[]?> AskAsync(CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sidecar.AppAddress, "/dapr/subscribe"));
        if (sidecar.AppToken is { } token)
            request.Headers.Add(ApiTokens.Header, token);
        using var response = await client.SendAsync(request, stopping);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return "[]"u8.ToArray();
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadAsByteArrayAsync(stopping);
        _logger.LogSubscribingFailed(
            sidecar.AppId,
            $"GET /dapr/subscribe was answered with {(int)response.StatusCode}."
        );
        return null;
    }

    private async Task ServeAsync(byte[] answer, CancellationToken stopping)
    {
        var wanted = SubscribeAnswer.Read(answer, sidecar, (topic, reason) =>
            _logger.LogSubscriptionRefused(sidecar.AppId, topic, reason)
        );
        var loops = new List<DeliveryLoop>();
        foreach (var subscription in wanted)
        {
            var (consumer, broadcast) = consumers.Of(sidecar, subscription.PubSub);
            var id = await store.SubscribeAsync(
                new(subscription.PubSub, subscription.Topic),
                consumer,
                broadcast,
                stopping
            );
            loops.Add(
                new(
                    id,
                    sidecar,
                    subscription,
                    consumer,
                    new AppDelivery(sidecar, subscription, client),
                    store,
                    signals,
                    loggers.CreateLogger<DeliveryLoop>()
                )
            );
        }

        await _loops.DisposeAsync();
        _loops = new(loops, stopping);
        registry.Serve(sidecar, wanted);
        _answered = answer;
    }

    /// <summary>Waits until the app closes a connection that nothing is sent on: it has stopped, or died, or wants to be asked again.</summary>
    private async Task UntilGoneAsync(CancellationToken stopping)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(sidecar.AppAddress.Host, sidecar.AppPort, stopping);
        _ = await socket.GetStream().ReadAsync(new byte[1], stopping);
    }
}
