using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DaprShop.ServiceDefaults;

/// <summary>Registers options in the one way of the house.</summary>
public static class ShopOptions
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to the configuration's <paramref name="section"/> and validates its data
    /// annotations at start: a service with a wrong setting does not start and says which. Classes inject
    /// <typeparamref name="TOptions"/> itself. docs/configuration.md lists every setting.
    /// </summary>
    public static IServiceCollection AddShopOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => provider.GetRequiredService<IOptions<TOptions>>().Value);
    }
}
