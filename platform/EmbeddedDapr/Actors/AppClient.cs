using System.Net;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Calls the apps that host actors.</summary>
internal sealed class AppClient : IDisposable
{
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <returns>Null when the app does not answer.</returns>
    public async Task<ActorConfig?> ConfigAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AskFor);
        try
        {
            using var response = await SendAsync(sidecar, new(HttpMethod.Get, new Uri(sidecar.AppAddress, "dapr/config")), limit.Token);
            return response.StatusCode == HttpStatusCode.NotFound ? new()
                : response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<ActorConfig>(limit.Token)
                : null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <exception cref="HttpRequestException">The app is away.</exception>
    public Task<HttpResponseMessage> SendAsync(Sidecar sidecar, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (sidecar.AppToken is { } token) request.Headers.TryAddWithoutValidation("dapr-api-token", token);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();
}
