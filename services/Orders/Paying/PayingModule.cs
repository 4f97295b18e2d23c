using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Paying;

/// <summary>Paying: another card for an order whose card was declined.</summary>
internal static class PayingModule
{
    public static IServiceCollection AddPaying(this IServiceCollection services) => services.AddSingleton<CardStore>();

    public static IEndpointRouteBuilder MapPaying(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/orders/{id:guid}/payment", NameCard.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Name another card for an order whose card was declined")
            .WithTags("Orders");
        return routes;
    }
}
