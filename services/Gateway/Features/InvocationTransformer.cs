using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway.Features;

/// <summary>Makes a client's request one to the sidecar, and the sidecar's own errors problems.</summary>
internal sealed class InvocationTransformer(string app, string? apiToken) : HttpTransformer
{
    private const string ProblemType = "application/problem+json";
    private const string SidecarPrefix = "dapr-";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null;

        // A client's dapr-app-id would choose another app than the route table does, and dapr-api-token is ours to send.
        foreach (var (name, _) in httpContext.Request.Headers)
        {
            if (name.StartsWith(SidecarPrefix, StringComparison.OrdinalIgnoreCase))
                proxyRequest.Headers.Remove(name);
        }

        if (apiToken is not null)
            proxyRequest.Headers.Add(SidecarDoor.Header, apiToken);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        // The services answer every error as a problem. What is none comes from a sidecar.
        if (
            proxyResponse is null
            || proxyResponse.StatusCode < HttpStatusCode.BadRequest
            || proxyResponse.Content.Headers.ContentType?.MediaType == ProblemType
        )
            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

        switch (proxyResponse.StatusCode)
        {
            case HttpStatusCode.RequestEntityTooLarge:
                await UpstreamProblems.TooLarge().ExecuteAsync(httpContext);
                break;
            case < HttpStatusCode.InternalServerError:
                await UpstreamProblems.Unforwardable((int)proxyResponse.StatusCode).ExecuteAsync(httpContext);
                break;
            default:
                await UpstreamProblems.Away(httpContext, app).ExecuteAsync(httpContext);
                break;
        }

        return false;
    }
}
