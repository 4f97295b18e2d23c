using System.Net;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Sends actor requests to apps.</summary>
internal sealed class ActorAppClient(AppClient client, ILogger<ActorAppClient> logger)
{
    private static readonly TimeSpan ConfigTimeout = TimeSpan.FromSeconds(2);

    /// <returns>Null when the app does not answer, or its answer is unusable.</returns>
    public async Task<ActorConfig?> ConfigAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConfigTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sidecar.AppAddress, "dapr/config"));
            using var response = await SendAsync(sidecar, request, limit.Token);
            return response.StatusCode == HttpStatusCode.NotFound ? new()
                : response.IsSuccessStatusCode
                    ? ActorConfig.Read(await response.Content.ReadAsByteArrayAsync(limit.Token))
                : null;
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            logger.LogActorConfigUnusable(sidecar.Instance, e.Message);
            return null;
        }
    }

    /// <exception cref="HttpRequestException">The app is unreachable, or the connection broke.</exception>
    public Task<HttpResponseMessage> SendAsync(
        Sidecar sidecar,
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (sidecar.AppToken is { } token)
            request.Headers.TryAddWithoutValidation(ApiTokens.Header, token);
        return client.SendAsync(request, cancellationToken);
    }
}
