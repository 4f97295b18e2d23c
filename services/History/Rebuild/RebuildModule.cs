using DaprShop.ServiceDefaults;

namespace DaprShop.History.Rebuild;

/// <summary>
/// Rebuilds history from the producers' event logs while orders flow, compares it with the live history, and repairs
/// the live one where they differ.
/// </summary>
internal static class RebuildModule
{
    public static IServiceCollection AddRebuild(this IServiceCollection services) =>
        services
            .AddSingleton<RebuildSignal>()
            .AddSingleton<RebuildWorker>()
            .AddHostedService(p => p.GetRequiredService<RebuildWorker>());

    public static void MapRebuild(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/ops/history/rebuild").RequireAuthorization(Identity.Operator).WithTags("History");
        group
            .MapPost("", RebuildHistory.Start)
            .WithName("RebuildHistory")
            .WithSummary("Rebuild history from the event logs, or join a running rebuild");
        group
            .MapGet("", RebuildHistory.Get)
            .WithName("GetRebuild")
            .WithSummary("Get the progress of the running rebuild, or the result of the last one");
    }
}
