using System.Net;
using DaprShop.Gateway.Sidecar;
using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway.Forwarding;

/// <summary>
/// Turns a client's request into an invocation by the sidecar, and the sidecar's own errors into problems.
/// </summary>
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

        // A client's dapr-app-id would override the route table, and only the gateway sends dapr-api-token.
        foreach (var (name, _) in httpContext.Request.Headers)
        {
            if (name.StartsWith(SidecarPrefix, StringComparison.OrdinalIgnoreCase))
                proxyRequest.Headers.Remove(name);
        }

        // No service reads cookies, and kilobytes of them may exceed what a sidecar passes on.
        proxyRequest.Headers.Remove("Cookie");
        if (apiToken is not null)
            proxyRequest.Headers.Add(SidecarTokenPolicy.Header, apiToken);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        // Services return every error as a problem. An error of another type comes from a sidecar.
        if (
            proxyResponse is null
            || proxyResponse.StatusCode < HttpStatusCode.BadRequest
            || proxyResponse.Content.Headers.ContentType?.MediaType == ProblemType
        )
            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

        switch (proxyResponse.StatusCode)
        {
            case HttpStatusCode.RequestEntityTooLarge:
                await GatewayProblems.TooLarge().ExecuteAsync(httpContext);
                break;
            case < HttpStatusCode.InternalServerError:
                await GatewayProblems.NotForwarded((int)proxyResponse.StatusCode).ExecuteAsync(httpContext);
                break;
            default:
                await GatewayProblems.Unavailable(httpContext, app).ExecuteAsync(httpContext);
                break;
        }

        return false;
    }
}
