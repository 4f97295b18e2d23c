namespace EmbeddedDapr.Actors;

internal static class ActorServices
{
    public static IServiceCollection AddActors(this IServiceCollection services) =>
        services
            .AddSingleton<ActorApps>()
            .AddSingleton<ActorHosts>()
            .AddSingleton<ActorDirectory>()
            .AddSingleton<ActorCalls>()
            .AddSingleton<ActorState>()
            .AddSingleton<Reminders>()
            .AddHostedService<ReminderLoop>()
            .AddHostedService<ActorUpkeep>();

    public static void MapActors(this IEndpointRouteBuilder endpoints)
    {
        var actor = endpoints.MapGroup("/v1.0/actors/{type}/{id}");
        string[] write = [HttpMethods.Post, HttpMethods.Put];
        actor.Map("/method/{**method}", ActorRoutes.InvokeAsync);
        actor.MapGet("/state/{**key}", ActorRoutes.GetStateAsync);
        actor.MapMethods("/state", write, ActorRoutes.ChangeStateAsync);
        actor.MapMethods("/reminders/{name}", write, ActorRoutes.PutReminderAsync);
        actor.MapGet("/reminders/{name}", ActorRoutes.GetReminderAsync);
        actor.MapDelete("/reminders/{name}", ActorRoutes.DeleteReminderAsync);
        actor.MapMethods("/timers/{name}", write, ActorRoutes.PutTimerAsync);
        actor.MapDelete("/timers/{name}", ActorRoutes.DeleteTimer);
    }
}
