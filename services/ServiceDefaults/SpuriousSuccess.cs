using System.Net;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Tells an app's success from one that nobody stands for: where an app, or its sidecar, is killed with a request in hand, daprd 1.18.2 often answers an
/// empty 200 for it. The apps' own answers of 200 have a body, and say of what type.
/// </summary>
/// <exception cref="HttpRequestException">Whether the app has done it is unknown: the request may be sent again, if it may be repeated.</exception>
public sealed class SpuriousSuccess : DelegatingHandler
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
            $"{request.RequestUri?.AbsolutePath} was answered by no app: a success without content."
        );
    }
}
