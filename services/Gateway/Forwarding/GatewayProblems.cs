using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.Forwarding;

/// <summary>Problems that the gateway itself returns.</summary>
internal static class GatewayProblems
{
    /// <summary>413.</summary>
    public static ProblemHttpResult TooLarge() =>
        Problems.Of(413, "too-large", "Body too large", $"The body must not exceed {ShopService.MaxBodySize} bytes.");

    /// <summary>400: the client's body broke off or is malformed HTTP.</summary>
    public static ProblemHttpResult UnreadableBody(string detail) =>
        Problems.Of(400, "bad-request", "Bad request", detail);

    /// <summary>A 4xx of a sidecar: it does not forward the request.</summary>
    public static ProblemHttpResult NotForwarded(int status) =>
        Problems.Of(
            status,
            "not-forwarded",
            "Request not forwarded",
            status switch
            {
                StatusCodes.Status408RequestTimeout => "The body was sent too slowly.",
                StatusCodes.Status414UriTooLong => "The path and the query are too long.",
                StatusCodes.Status431RequestHeaderFieldsTooLarge =>
                    "The headers are too large. Send fewer or shorter ones.",
                _ => "The path or a header contains characters that are not forwarded, such as an encoded slash.",
            }
        );

    /// <summary>503 with Retry-After: the service, or a sidecar between it and the gateway, does not respond.</summary>
    public static ProblemHttpResult Unavailable(HttpContext context, string app)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(
            503,
            "unavailable",
            "Temporarily unavailable",
            $"The service {app} does not respond. Send the same request again, with the same Idempotency-Key.",
            ("service", app)
        );
    }
}
