using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Paying;

/// <summary>
/// Paying: another card for an order whose card was declined, or whose authorisation has lapsed.
/// </summary>
internal static class PayingModule
{
    public static IServiceCollection AddPaying(this IServiceCollection services) =>
        services.AddSingleton<CardStore>().AddSingleton<LapseStore>();

    public static IEndpointRouteBuilder MapPaying(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/orders/{id:guid}/payment", NameCard.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Name another card for an order whose card was declined")
            .WithTags("Orders");
        routes.MapPost("/payments/lapsed", RecordLapse.HandleAsync).ExcludeFromDescription();
        return routes;
    }
}
