using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Queries;

/// <summary>Reads payments.</summary>
internal static class PaymentQueriesModule
{
    public static IServiceCollection AddQueries(this IServiceCollection services) =>
        services.AddSingleton<PaymentReader>();

    public static void MapQueries(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/payments/{orderId:guid}", GetPayment.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetPayment")
            .WithTags("Payments")
            .WithSummary("An order's payment, with what the provider was asked and has answered.");
        routes.MapGet("/internal/orders/{id:guid}/payment", GetOrderPayment.HandleAsync).ExcludeFromDescription();
    }
}
