using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary>Units that are set aside for a customer for some minutes.</summary>
internal static class HoldsModule
{
    public static IServiceCollection AddHolds(this IServiceCollection services) =>
        services.AddSingleton<HoldQueries>().AddHostedService<ExpiredHoldSweeper>();

    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        var holds = routes.MapGroup("/holds").RequireAuthorization(Identity.Customer).WithTags("Holds");
        holds
            .MapPost("", PlaceHold.HandleAsync)
            .WithSummary("Hold stock for some minutes")
            .Produces<StockResponses.HoldResponse>();
        holds.MapGet("/{id:guid}", GetHold.HandleAsync).WithSummary("A hold").Produces<StockResponses.HoldResponse>();
        holds
            .MapPost("/{id:guid}/extend", ExtendHold.HandleAsync)
            .WithSummary("Let a hold stand for some minutes from now")
            .Produces<StockResponses.HoldResponse>();
        holds
            .MapDelete("/{id:guid}", ReleaseHold.HandleAsync)
            .WithSummary("Give a hold's units back")
            .Produces<StockResponses.HoldResponse>();
    }
}
