using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Waitlist;

/// <summary>Waitlists per SKU, and the offers made to their entries in turn.</summary>
internal static class WaitlistModule
{
    public static IServiceCollection AddWaitlist(this IServiceCollection services)
    {
        services.AddSingleton<WaitlistClient>().AddHostedService<OfferWatcher>();
        services.AddActors(options =>
        {
            options.JsonSerializerOptions = StockResponses.Json;
            options.Actors.RegisterActor<WaitlistActor>();
        });
        return services;
    }

    public static void MapWaitlist(this IEndpointRouteBuilder routes)
    {
        var waitlist = routes.MapGroup("/waitlist").RequireAuthorization(Identity.Customer).WithTags("Waitlist");
        waitlist
            .MapPost("/{sku}", JoinWaitlist.HandleAsync)
            .WithSummary("Join the waitlist of a SKU")
            .Produces<StockResponses.WaitlistResponse>();
        waitlist
            .MapDelete("/{sku}", LeaveWaitlist.HandleAsync)
            .WithSummary("Leave the waitlist of a SKU")
            .Produces<StockResponses.WaitlistResponse>();
        waitlist.MapGet("/offers", ListOffers.HandleAsync).WithSummary("List the caller's offers");
        waitlist
            .MapDelete("/offers/{id:guid}", ReleaseHold.HandleAsync)
            .WithSummary("Decline an offer")
            .Produces<StockResponses.HoldResponse>();

        routes.MapActorsHandlers();
    }
}
