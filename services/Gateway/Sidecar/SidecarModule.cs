namespace DaprShop.Gateway.Sidecar;

/// <summary>The gateway's sidecar: its address, its health, and the policy that authorizes its calls.</summary>
internal static class SidecarModule
{
    public static IServiceCollection AddSidecar(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new DaprSidecar(configuration));
        services.AddSidecarTokenPolicy(configuration);
        services.AddSidecarClient(SidecarHealthCheck.Client, SidecarHealthCheck.Timeout);
        services.AddHealthChecks().AddCheck<SidecarHealthCheck>("sidecar").AddCheck<ServicesHealthCheck>("services");
        return services;
    }
}
