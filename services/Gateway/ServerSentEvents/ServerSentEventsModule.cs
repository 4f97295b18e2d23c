using DaprShop.ServiceDefaults;

namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>What all streams share: the settings and the limit per caller.</summary>
internal static class ServerSentEventsModule
{
    public static IServiceCollection AddServerSentEvents(this IServiceCollection services) =>
        services
            .AddShopOptions<StreamOptions>(StreamOptions.Section)
            .AddRateLimiter(limits => limits.AddPolicy<string, StreamLimitPolicy>(StreamLimitPolicy.Name));
}
