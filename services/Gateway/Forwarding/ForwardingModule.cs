using DaprShop.Gateway.Sidecar;

namespace DaprShop.Gateway.Forwarding;

/// <summary>Forwards the routes of <see cref="RouteTable"/> to the services behind the gateway.</summary>
internal static class ForwardingModule
{
    public static IServiceCollection AddForwarding(this IServiceCollection services) =>
        services.AddHttpForwarder().AddSingleton<ForwardRequests>();

    public static void MapForwarding(this IEndpointRouteBuilder routes)
    {
        var forwarding = routes.ServiceProvider.GetRequiredService<ForwardRequests>();
        foreach (var route in RouteTable.Forwarded)
        {
            var endpoint = routes
                .MapMethods(route.Pattern, [route.Method], forwarding.HandlerOf(route))
                .ExcludeFromDescription();
            if (route.Policy is { } policy)
                endpoint.RequireAuthorization(policy);
            else
                endpoint.AllowAnonymous();
        }
    }
}
