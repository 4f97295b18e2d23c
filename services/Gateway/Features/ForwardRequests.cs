using DaprShop.Gateway.Domain;
using DaprShop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;
using Route = DaprShop.Gateway.Domain.Route;

namespace DaprShop.Gateway.Features;

/// <summary>Forwards each route of the table to its app by way of the sidecar, and answers a problem where that fails.</summary>
internal static class ForwardRequests
{
    private static readonly ForwarderRequestConfig Patience = new() { ActivityTimeout = TimeSpan.FromSeconds(30) };

    public static void MapForwarding(this IEndpointRouteBuilder routes)
    {
        var forwarder = routes.ServiceProvider.GetRequiredService<IHttpForwarder>();
        var sidecar = routes.ServiceProvider.GetRequiredService<Sidecar>();
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ForwardRequests));
        foreach (var route in RouteTable.Routes.Where(r => !r.Own))
        {
            var methods = sidecar.MethodsOf(route.App);
            var transformer = new InvocationTransformer(route.App, sidecar.ApiToken);
            routes
                .MapMethods(route.Pattern, [route.Method], context => ForwardAsync(context))
                .RequireAuthorization(route.Policy)
                .ExcludeFromDescription();

            async Task ForwardAsync(HttpContext context)
            {
                if (context.Request.ContentLength > ShopService.MaxBodySize)
                {
                    await UpstreamProblems.TooLarge().ExecuteAsync(context);
                    return;
                }

                if (
                    await forwarder.SendAsync(context, methods, sidecar.Client, Patience, transformer)
                    is var error
                        and not ForwarderError.None
                )
                    await AnswerAsync(context, route, error, logger);
            }
        }
    }

    private static async Task AnswerAsync(HttpContext context, Route route, ForwarderError error, ILogger logger)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        context.Response.Clear();
        if (error is ForwarderError.RequestBodyClient && RefusedBody(cause) is { } bad)
        {
            await (
                bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? UpstreamProblems.TooLarge()
                    : UpstreamProblems.Unreadable(bad.Message)
            ).ExecuteAsync(context);
            return;
        }

        logger.LogForwardingFailed(context.Request.Method, context.Request.Path, route.App, error, cause?.Message);
        await UpstreamProblems.Away(context, route.App).ExecuteAsync(context);
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
}
