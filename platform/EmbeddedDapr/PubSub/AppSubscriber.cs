using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Reads the subscriptions of one app whenever it starts, and runs a delivery loop for each.</summary>
internal sealed class AppSubscriber(
    Sidecar sidecar,
    ConsumerNames consumers,
    SubscriptionRegistry registry,
    AppClient client,
    MessageStore store,
    TopicSignals signals,
    ILoggerFactory loggers
) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = loggers.CreateLogger<AppSubscriber>();
    private byte[]? _served;
    private DeliveryLoops _loops = new([], CancellationToken.None);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await FetchAsync(stopping) is { } answer)
                {
                    if (!answer.SequenceEqual(_served ?? []))
                        await ServeAsync(answer, stopping);
                    await _loops.WatchAsync(UntilDisconnectedAsync(stopping));
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or SocketException || AppClient.IsUnreachable(e))
            {
                // The app is unreachable or has just stopped: the next round retries.
            }
            catch (Exception e)
            {
                // Unexpected errors, too: otherwise this app alone would get no messages, without any log line.
                _logger.LogSubscribingFailed(sidecar.AppId, e.Message, e);
                if (_loops.HasFailed)
                    _served = null;
            }

            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    /// <summary>The app's subscriptions as JSON, empty when it has no such route; null when it is not ready.</summary>
    private async Task<byte[]?> FetchAsync(CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sidecar.AppAddress, "/dapr/subscribe"));
        if (sidecar.AppToken is { } token)
            request.Headers.Add(ApiTokens.Header, token);
        using var response = await client.SendAsync(request, stopping);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return "[]"u8.ToArray();
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadAsByteArrayAsync(stopping);
        _logger.LogSubscribingFailed(sidecar.AppId, $"GET /dapr/subscribe returned {(int)response.StatusCode}.");
        return null;
    }

    private async Task ServeAsync(byte[] answer, CancellationToken stopping)
    {
        var wanted = SubscribeResponse.Read(answer, sidecar, (topic, reason) =>
            _logger.LogSubscriptionRejected(sidecar.AppId, topic, reason)
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
                    new AppDeliveryClient(sidecar, subscription, client),
                    store,
                    signals,
                    loggers.CreateLogger<DeliveryLoop>()
                )
            );
        }

        await _loops.DisposeAsync();
        _loops = new(loops, stopping);
        registry.Serve(sidecar, wanted);
        _served = answer;
    }

    /// <summary>Waits until the app closes an idle connection, which means that it has stopped or restarted.</summary>
    private async Task UntilDisconnectedAsync(CancellationToken stopping)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(sidecar.AppAddress.Host, sidecar.AppPort, stopping);
        _ = await socket.GetStream().ReadAsync(new byte[1], stopping);
    }
}
