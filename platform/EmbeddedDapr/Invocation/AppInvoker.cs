using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;
using Grpc.Core;
using Yarp.ReverseProxy.Forwarder;

namespace EmbeddedDapr.Invocation;

/// <summary>Passes a request to a replica of an app, and its answer back, both as they come.</summary>
internal sealed class AppInvoker(Sidecars sidecars, IHttpForwarder forwarder, AppClient client)
{
    public const string AppIdHeader = "dapr-app-id";
    public const string ErrorCode = "ERR_DIRECT_INVOKE";

    // Dapr's own policy of service invocation, for a target that nobody answers at.
    private const int Retries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A stream of events may be silent for as long as it likes.
    private static readonly ForwarderRequestConfig NoTimeout = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = new(1, 1),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private readonly ConcurrentDictionary<string, int> _turns = new();

    /// <exception cref="ApiException">There is no such app, or none of its replicas could be asked.</exception>
    public async Task InvokeAsync(HttpContext context, string appId, PathString path)
    {
        var replicas = sidecars.OfApp(appId).Where(s => s.AppPort > 0).ToList();
        if (replicas.Count == 0)
            throw Failed(appId, $"couldn't find service: {appId}");
        for (var attempt = 0; ; attempt++)
        {
            var turn = (uint)_turns.AddOrUpdate(appId, 0, (_, last) => last + 1);
            for (var i = 0u; i < replicas.Count; i++)
            {
                if (await TryAsync(context, replicas[(int)((turn + i) % replicas.Count)], path))
                    return;
            }

            if (attempt == Retries)
                throw Failed(appId, "no replica answers");
            await Task.Delay(Pause, context.RequestAborted);
        }
    }

    /// <summary>False when the replica refused the connection. The body has not been touched then, so the next may be asked.</summary>
    private async Task<bool> TryAsync(HttpContext context, Sidecar replica, PathString path)
    {
        var error = await forwarder.SendAsync(
            context,
            replica.AppAddress.ToString(),
            client,
            NoTimeout,
            new InvocationTransformer(replica, path),
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
        if (AppClient.IsAway(cause))
            return false;
        if (RefusedBody(cause) is { } refused)
            throw new ApiException(
                refused.StatusCode,
                StatusCode.InvalidArgument,
                "ERR_MALFORMED_REQUEST",
                refused.Message,
                refused
            );
        throw Failed(replica.AppId, cause?.Message ?? error.ToString(), cause);
    }

    private static BadHttpRequestException? RefusedBody(Exception? cause) =>
        cause switch
        {
            BadHttpRequestException refused => refused,
            AggregateException several => several
                .InnerExceptions.Select(RefusedBody)
                .FirstOrDefault(e => e is not null),
            _ => cause?.InnerException is { } inner ? RefusedBody(inner) : null,
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
