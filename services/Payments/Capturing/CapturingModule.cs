namespace DaprShop.Payments.Capturing;

/// <summary>Captures authorised money, shipment by shipment.</summary>
internal static class CapturingModule
{
    public static void MapCapturing(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/captures", CaptureShipment.HandleAsync).ExcludeFromDescription();
}
