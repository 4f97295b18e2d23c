using System.Net;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Rejects a success that no app has sent: when an app or its sidecar is killed while it handles a request, daprd
/// 1.18.2 often returns an empty 200. The apps' own 200 responses have a body and name its content type.
/// </summary>
/// <exception cref="HttpRequestException">
/// The outcome is unknown; the caller may repeat an idempotent request.
/// </exception>
public sealed class SpuriousSuccessHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType is not null)
            return response;
        response.Dispose();
        throw new HttpRequestException(
            HttpRequestError.InvalidResponse,
            $"{request.RequestUri?.AbsolutePath} returned an empty 200 that no app has sent."
        );
    }
}
