namespace EmbeddedDapr.Actors;

internal static class ActorsModule
{
    public static IServiceCollection AddActors(this IServiceCollection services) =>
        services
            .AddSingleton<ActorAppClient>()
            .AddSingleton<ActorHosts>()
            .AddSingleton<ActorDirectory>()
            .AddSingleton<ActorInvoker>()
            .AddSingleton<ActorStateStore>()
            .AddSingleton<ReminderStore>()
            .AddHostedService<ReminderWorker>()
            .AddHostedService<ActorMaintenanceWorker>();

    public static void MapActors(this IEndpointRouteBuilder routes)
    {
        var actor = routes.MapGroup("/v1.0/actors/{type}/{id}");
        string[] write = [HttpMethods.Post, HttpMethods.Put];
        actor.Map("/method/{**method}", ActorEndpoints.InvokeAsync);
        actor.MapGet("/state/{**key}", ActorEndpoints.GetStateAsync);
        actor.MapMethods("/state", write, ActorEndpoints.ChangeStateAsync);
        actor.MapMethods("/reminders/{name}", write, ActorEndpoints.PutReminderAsync);
        actor.MapGet("/reminders/{name}", ActorEndpoints.GetReminderAsync);
        actor.MapDelete("/reminders/{name}", ActorEndpoints.DeleteReminderAsync);
        actor.MapMethods("/timers/{name}", write, ActorEndpoints.PutTimerAsync);
        actor.MapDelete("/timers/{name}", ActorEndpoints.DeleteTimer);
    }
}
