using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.Features;

/// <summary>The gateway's own refusals.</summary>
internal static class UpstreamProblems
{
    public static ProblemHttpResult TooLarge() =>
        Problems.Of(413, "too-large", "Body too large", $"A body has at most {ShopService.MaxBodySize} bytes.");

    public static ProblemHttpResult Unreadable(string detail) => Problems.Of(400, "bad-request", "Bad request", detail);

    public static ProblemHttpResult Unforwardable(int status) =>
        Problems.Of(
            status,
            "not-forwarded",
            "Not forwarded",
            "The path or a header has characters that are not passed on (an encoded slash, say)."
        );

    /// <summary>503 with Retry-After: the service, or a sidecar on the way, does not answer now.</summary>
    public static ProblemHttpResult Away(HttpContext context, string app)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(
            503,
            "unavailable",
            "Not available right now",
            "A service that this needs is away. Nothing is lost; send the same request again, with the same Idempotency-Key.",
            ("service", app)
        );
    }
}
