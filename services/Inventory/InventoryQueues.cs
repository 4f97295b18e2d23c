using DaprShop.Contracts;
using DaprShop.Inventory.Actors;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Features;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory;

/// <summary>Who holds and who waits: holds, backorders, waitlists.</summary>
internal static class InventoryQueues
{
    public static IServiceCollection AddQueues(this IServiceCollection services)
    {
        services.AddInvocationClient(Apps.Orders).AddSingleton<FilledSignal>().AddHostedService<WakeOrders>();
        services.AddSingleton<HoldReader>().AddHostedService<SweepHolds>();
        services.AddSingleton<OffersMade>().AddSingleton<Waitlists>().AddHostedService<WatchOffers>();
        services.AddActors(options =>
        {
            options.JsonSerializerOptions = Domain.StockAnswers.Json;
            options.Actors.RegisterActor<WaitlistActor>();
        });
        return services;
    }

    public static void MapQueues(this WebApplication app)
    {
        HoldStock.Map(app);
        GetHold.Map(app);
        ExtendHold.Map(app);
        ReleaseHold.Map(app);
        JoinWaitlist.Map(app);
        LeaveWaitlist.Map(app);
        ListOffers.Map(app);
        Features.TakeOffer.Map(app);
        app.MapActorsHandlers();
    }
}
