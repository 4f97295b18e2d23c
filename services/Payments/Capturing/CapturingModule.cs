using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Capturing;

/// <summary>Captures authorised money, shipment by shipment.</summary>
internal static class CapturingModule
{
    public static IServiceCollection AddCapturing(this IServiceCollection services) =>
        services.AddInvocationClient(Apps.Orders).AddHostedService<AuthorisationWorker>();

    public static void MapCapturing(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/captures", CaptureShipment.HandleAsync).ExcludeFromDescription();
}
