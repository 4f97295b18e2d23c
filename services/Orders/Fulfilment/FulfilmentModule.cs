using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Fulfilment: ships confirmed orders, cancels units that have not left, and processes returns.</summary>
internal static class FulfilmentModule
{
    public static IServiceCollection AddFulfilment(this IServiceCollection services) =>
        services
            .AddSingleton<ShipmentStore>()
            .AddSingleton<ReturnStore>()
            .AddSingleton<CancellationStore>()
            .AddSingleton<OwedUnits>()
            .AddSingleton<FulfilmentWorker>()
            .AddHostedService(p => p.GetRequiredService<FulfilmentWorker>());

    public static IEndpointRouteBuilder MapFulfilment(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/shipments", CreateShipment.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Ship an order or a part of it")
            .WithTags("Shipments");
        routes
            .MapPost("/shipments/{id:guid}/delivery", DeliverShipment.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Record the arrival of a shipment")
            .WithTags("Shipments");
        routes
            .MapGet("/orders/{id:guid}/shipments", ListShipments.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("List an order's shipments")
            .WithTags("Shipments");
        routes
            .MapPost("/orders/{id:guid}/cancellations", CancelUnits.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Cancel units of an order that have not left")
            .WithTags("Orders");
        routes
            .MapGet("/orders/{id:guid}/cancellations", ListCancellations.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("List an order's cancellations of units")
            .WithTags("Orders");
        routes
            .MapPost("/orders/{id:guid}/returns", RequestReturn.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Request a return")
            .WithTags("Returns");
        routes
            .MapGet("/orders/{id:guid}/returns", ListReturns.OfOrderAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("List an order's returns")
            .WithTags("Returns");
        routes
            .MapGet("/returns", ListReturns.RequestedAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("List returns that await a decision, oldest first")
            .WithTags("Returns");
        routes
            .MapPost("/returns/{id:guid}/decision", DecideReturn.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Decide about a return")
            .WithTags("Returns");
        return routes;
    }
}
