using System.Threading.RateLimiting;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.RateLimiting;

namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>
/// Limits the streams that one caller has open at this replica, over all routes with this policy: a caller that opens
/// streams without end would use up the connections of all others.
/// </summary>
internal sealed class StreamLimitPolicy(StreamOptions options) : IRateLimiterPolicy<string>
{
    /// <summary>The policy's name.</summary>
    public const string Name = "streams";

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => RejectAsync;

    public RateLimitPartition<string> GetPartition(HttpContext httpContext)
    {
        var limit = LimitOf(httpContext);
        var role = httpContext.User.IsOperator() ? Identity.Operator : Identity.Customer;
        return RateLimitPartition.GetConcurrencyLimiter(
            $"{role} {httpContext.Name()}",
            _ => new ConcurrencyLimiterOptions { PermitLimit = limit, QueueLimit = 0 }
        );
    }

    private async ValueTask RejectAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        var limit = LimitOf(context);
        context.Response.Headers.RetryAfter = "1";
        await Problems
            .Of(
                StatusCodes.Status429TooManyRequests,
                "too-many-streams",
                "Too many open streams",
                $"You have {limit} streams open, which is the limit. Close one before you open another.",
                ("allowed", limit)
            )
            .ExecuteAsync(context);
    }

    private int LimitOf(HttpContext context) =>
        context.User.IsOperator() ? options.MaxPerOperator : options.MaxPerCustomer;
}
