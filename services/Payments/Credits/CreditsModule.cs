using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Credits;

/// <summary>Pays money out without an order.</summary>
internal static class CreditsModule
{
    public static IServiceCollection AddCredits(this IServiceCollection services) =>
        services.AddSingleton<CreditStore>().AddSingleton<KnownOrders>().AddInvocationClient(Apps.Orders);

    public static void MapCredits(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/credits", GiveCredit.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GiveCredit")
            .WithTags("Payments")
            .WithSummary("Give money back without an order");
}
