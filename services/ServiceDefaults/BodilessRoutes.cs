using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Refuses a body on a route that takes none. Without an error, a client that sends members believes that they were
/// applied: that <c>POST /orders/{id}/cancel</c> with lines cancels only these. A body that says nothing (empty,
/// <c>{}</c> or <c>null</c>) is let through, because many clients cannot leave it out.
/// </summary>
internal static class BodilessRoutes
{
    /// <summary>
    /// Checks every route whose handler has no parameter for the body. Handlers that read it themselves have an
    /// <see cref="HttpRequest"/> as a parameter, and those that forward it only the <see cref="HttpContext"/>.
    /// </summary>
    public static void UseBodilessRoutes(this IApplicationBuilder app)
    {
        var routes = new ConcurrentDictionary<Endpoint, bool>();
        app.Use(next =>
            async context =>
            {
                if (
                    context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
                    && context.GetEndpoint() is { } endpoint
                    && routes.GetOrAdd(endpoint, TakesNoBody)
                    && !await SaysNothingAsync(context.Request.Body, context.RequestAborted)
                )
                    throw new ProblemException(
                        Problems.Of(
                            400,
                            "body-not-taken",
                            "The route takes no body",
                            $"{context.Request.Method} {context.Request.Path} takes no body. " + "Send none, or {}."
                        )
                    );
                await next(context);
            }
        );
    }

    private static bool TakesNoBody(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null
        && endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() is { } parameters
        && parameters is not [{ ParameterType.Name: nameof(HttpContext) }]
        && !Array.Exists(parameters, p => p.ParameterType == typeof(HttpRequest));

    private static async Task<bool> SaysNothingAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[256];
        var text = "";
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            foreach (var character in buffer.AsSpan(0, read))
                if (character is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                    text += (char)character;
            if (text.Length > "null".Length)
                return false;
        }

        return text is "" or "{}" or "null";
    }
}
