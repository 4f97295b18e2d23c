using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;
using Grpc.Core;
using Yarp.ReverseProxy.Forwarder;

namespace EmbeddedDapr.Invocation;

/// <summary>Forwards a request to a replica of an app, and streams the response back.</summary>
internal sealed class AppInvoker(Sidecars sidecars, IHttpForwarder forwarder, AppClient client)
{
    public const string AppIdHeader = "dapr-app-id";
    public const string ErrorCode = "ERR_DIRECT_INVOKE";

    // Dapr's built-in retry policy for service invocation of an unreachable target.
    private const int Retries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A stream of events may be silent for any time.
    private static readonly ForwarderRequestConfig NoTimeout = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = new(1, 1),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private readonly ConcurrentDictionary<string, int> _rounds = new();

    /// <exception cref="ApiException">The app is unknown, or no replica is reachable.</exception>
    public async Task InvokeAsync(HttpContext context, string appId, PathString path)
    {
        var replicas = sidecars.OfApp(appId).Where(s => s.AppPort > 0).ToList();
        if (replicas.Count == 0)
            throw Failed(appId, $"couldn't find service: {appId}");
        for (var attempt = 0; ; attempt++)
        {
            var start = (uint)_rounds.AddOrUpdate(appId, 0, (_, last) => last + 1);
            for (var i = 0u; i < replicas.Count; i++)
            {
                if (await TryAsync(context, replicas[(int)((start + i) % replicas.Count)], path))
                    return;
            }

            if (attempt == Retries)
                throw Failed(appId, "no replica is reachable");
            await Task.Delay(Pause, context.RequestAborted);
        }
    }

    /// <summary>
    /// Returns false when the replica is unreachable. The body is unread then, so the next replica may be tried.
    /// </summary>
    private async Task<bool> TryAsync(HttpContext context, Sidecar replica, PathString path)
    {
        var error = await forwarder.SendAsync(
            context,
            replica.AppAddress.ToString(),
            client,
            NoTimeout,
            new AppRequestTransformer(replica, path),
            context.RequestAborted
        );
        if (
            error is ForwarderError.None
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
        )
            return true;
        var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        context.Response.Clear();
        if (AppClient.IsUnreachable(cause))
            return false;
        if (RejectedBody(cause) is { } rejected)
            throw new ApiException(
                rejected.StatusCode,
                StatusCode.InvalidArgument,
                "ERR_MALFORMED_REQUEST",
                rejected.Message,
                rejected
            );
        throw Failed(replica.AppId, cause?.Message ?? error.ToString(), cause);
    }

    private static BadHttpRequestException? RejectedBody(Exception? cause) =>
        cause switch
        {
            BadHttpRequestException rejected => rejected,
            AggregateException several => several
                .InnerExceptions.Select(RejectedBody)
                .FirstOrDefault(e => e is not null),
            _ => cause?.InnerException is { } inner ? RejectedBody(inner) : null,
        };

    private static ApiException Failed(string appId, string cause, Exception? inner = null) =>
        new(
            StatusCodes.Status500InternalServerError,
            StatusCode.Internal,
            ErrorCode,
            $"failed to invoke, id: {appId}, err: {cause}",
            inner
        );
}
