using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Charging;

/// <summary>Charges orders through the payment provider.</summary>
internal static class ChargingModule
{
    public static void MapCharging(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/charges", ChargeOrders.HandleAsync).ExcludeFromDescription();
        routes
            .MapPost("/payments/{orderId:guid}/captures", RecordCapture.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("RecordCapture")
            .WithTags("Payments")
            .WithSummary("Record the provider's report that it captured an order's money");
    }
}
