using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary>Units held for a customer for some minutes.</summary>
internal static class HoldsModule
{
    public static IServiceCollection AddHolds(this IServiceCollection services) =>
        services
            .AddSingleton<HoldQueries>()
            .AddHostedService<ExpiredHoldSweeper>()
            .AddHostedService<HoldClaimReviewer>();

    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        var holds = routes.MapGroup("/holds").RequireAuthorization(Identity.Customer).WithTags("Holds");
        holds
            .MapPost("", PlaceHold.HandleAsync)
            .WithSummary("Hold stock for a number of minutes")
            .Produces<StockResponses.HoldResponse>();
        holds
            .MapGet("/{id:guid}", GetHold.HandleAsync)
            .WithSummary("Get a hold")
            .Produces<StockResponses.HoldResponse>();
        holds
            .MapPost("/{id:guid}/extend", ExtendHold.HandleAsync)
            .WithSummary("Extend a hold")
            .Produces<StockResponses.HoldResponse>();
        holds
            .MapDelete("/{id:guid}", ReleaseHold.HandleAsync)
            .WithSummary("Release a hold")
            .Produces<StockResponses.HoldResponse>();

        // Called by Orders through its sidecar. The gateway does not route it.
        routes.MapPost("/internal/holds/{id:guid}/claim", ClaimHold.HandleAsync).ExcludeFromDescription();
    }
}
