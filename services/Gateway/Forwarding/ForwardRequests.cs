using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway.Forwarding;

/// <summary>
/// Forwards requests to their service through the sidecar, and returns a problem where that fails. Forwarded requests
/// are not retried: the client does that, with its Idempotency-Key.
/// </summary>
internal sealed class ForwardRequests(DaprSidecar sidecar, IHttpForwarder forwarder, ILogger<ForwardRequests> logger)
    : IDisposable
{
    private static readonly ForwarderRequestConfig Timeouts = new() { ActivityTimeout = TimeSpan.FromSeconds(30) };
    private readonly HttpMessageInvoker _client = new(DaprSidecar.CreateHandler());

    public void Dispose() => _client.Dispose();

    /// <summary>The endpoint of <paramref name="route"/>.</summary>
    public RequestDelegate HandlerOf(GatewayRoute route)
    {
        var destination = sidecar.InvocationUrl(route.App);
        var transformer = new InvocationTransformer(route.App, sidecar.ApiToken);
        return async context =>
        {
            if (context.Request.ContentLength > ShopService.MaxBodySize)
            {
                await GatewayProblems.TooLarge().ExecuteAsync(context);
                return;
            }

            var error = await forwarder.SendAsync(context, destination, _client, Timeouts, transformer);
            if (error != ForwarderError.None)
                await WriteErrorAsync(context, route, error);
        };
    }

    private async Task WriteErrorAsync(HttpContext context, GatewayRoute route, ForwarderError error)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        context.Response.Clear();
        if (error is ForwarderError.RequestBodyClient && FindBadRequest(cause) is { } bad)
        {
            var problem = bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => GatewayProblems.TooLarge(),
                StatusCodes.Status408RequestTimeout => RequestErrors.TooSlow,
                _ => GatewayProblems.UnreadableBody(bad.Message),
            };
            await problem.ExecuteAsync(context);
            return;
        }

        logger.LogForwardingFailed(context.Request.Method, context.Request.Path, route.App, error, cause?.Message);
        await GatewayProblems.Unavailable(context, route.App).ExecuteAsync(context);
    }

    private static BadHttpRequestException? FindBadRequest(Exception? cause) =>
        cause switch
        {
            BadHttpRequestException bad => bad,
            AggregateException several => several
                .InnerExceptions.Select(FindBadRequest)
                .FirstOrDefault(e => e is not null),
            _ => cause?.InnerException is { } inner ? FindBadRequest(inner) : null,
        };
}
