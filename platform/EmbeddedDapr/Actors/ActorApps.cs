using System.Net;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Calls the apps that host actors.</summary>
internal sealed class ActorApps(AppClient client, ILogger<ActorApps> logger)
{
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(2);

    /// <returns>Null when the app does not answer, or nothing that can be used.</returns>
    public async Task<ActorConfig?> ConfigAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AskFor);
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

    /// <exception cref="HttpRequestException">The app is away, or its connection broke.</exception>
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
