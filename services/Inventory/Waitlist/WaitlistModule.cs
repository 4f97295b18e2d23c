using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Waitlist;

/// <summary>Customers who wait for a SKU, and the offers that are made to them in turn.</summary>
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
            .WithSummary("Wait for units of a SKU")
            .Produces<StockResponses.WaitlistResponse>();
        waitlist
            .MapDelete("/{sku}", LeaveWaitlist.HandleAsync)
            .WithSummary("Leave the waitlist of a SKU")
            .Produces<StockResponses.WaitlistResponse>();
        waitlist.MapGet("/offers", ListOffers.HandleAsync).WithSummary("The caller's offers");
        waitlist
            .MapDelete("/offers/{id:guid}", ReleaseHold.HandleAsync)
            .WithSummary("Decline an offer: the next in line gets it")
            .Produces<StockResponses.HoldResponse>();

        // For sidecars only.
        routes.MapPost("/internal/offers/{id:guid}/take", ClaimOffer.HandleAsync).ExcludeFromDescription();
        routes.MapActorsHandlers();
    }
}
