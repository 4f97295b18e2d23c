using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>Placing: validates, prices and accepts orders.</summary>
internal static class PlacingModule
{
    public static IServiceCollection AddPlacing(this IServiceCollection services) =>
        services
            .AddSingleton<Catalogue>()
            .AddSingleton<HoldClaims>()
            .AddSingleton<OrderAcceptanceStore>()
            .AddGroupCommit<AcceptOrder, Acceptance, OrderAcceptanceStore>(
                orders => orders.CommitAsync,
                OrderAcceptanceStore.GroupLimit
            );

    public static IEndpointRouteBuilder MapPlacing(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/orders", PlaceOrder.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Place an order")
            .WithTags("Orders");
        routes
            .MapPost("/ops/orders", PlaceManyOrders.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Place many orders at once")
            .WithTags("Operations");
        routes
            .MapPost("/waitlist/offers/{id:guid}/accept", AcceptOffer.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Accept a waitlist offer and order the held units")
            .WithTags("Waitlist");
        routes.MapPost("/internal/holds/claims", ReviewHoldClaims.HandleAsync).ExcludeFromDescription();
        return routes;
    }
}
