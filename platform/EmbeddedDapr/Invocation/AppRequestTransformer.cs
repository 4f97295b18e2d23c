using EmbeddedDapr.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace EmbeddedDapr.Invocation;

/// <summary>
/// Rewrites a caller's request for the app: the app's path, and the app's token instead of the caller's.
/// </summary>
internal sealed class AppRequestTransformer(Sidecar target, PathString path) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(
            destinationPrefix,
            path,
            httpContext.Request.QueryString
        );
        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Remove(AppInvoker.AppIdHeader);
        proxyRequest.Headers.Remove(ApiTokens.Header);
        if (target.AppToken is { } token)
            proxyRequest.Headers.Add(ApiTokens.Header, token);
    }
}
