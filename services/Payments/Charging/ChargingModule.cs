using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Charging;

/// <summary>Charges orders.</summary>
internal static class ChargingModule
{
    public static IServiceCollection AddCharging(this IServiceCollection services) =>
        services.AddShopOptions<ChargingOptions>(ChargingOptions.Section);

    public static void MapCharging(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/charges", ChargeOrders.HandleAsync).ExcludeFromDescription();
}
