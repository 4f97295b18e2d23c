namespace DaprShop.Payments.Charging;

/// <summary>Charges orders.</summary>
internal static class ChargingModule
{
    public static void MapCharging(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/charges", ChargeOrders.HandleAsync).ExcludeFromDescription();
}
