using DaprShop.History.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>/ops/history/rebuild</c>: history made anew from the producers' logs while orders flow, compared with the live one, and put in its place where they differ.</summary>
internal static class RebuildHistory
{
    public static IServiceCollection AddRebuilding(this IServiceCollection services) =>
        services.AddSingleton<Rebuilder>().AddHostedService(p => p.GetRequiredService<Rebuilder>());

    public static void MapRebuildHistory(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/ops/history/rebuild").RequireAuthorization(Identity.Operator).WithTags("History");
        group
            .MapPost("", (Rebuilder rebuilder) => TypedResults.Accepted("/ops/history/rebuild", rebuilder.Start()))
            .WithName("RebuildHistory")
            .WithSummary("Rebuilds history from the producers' logs; joins a rebuild that is under way.");
        group
            .MapGet("", Results<Ok<RebuildRun>, ProblemHttpResult> (Rebuilder rebuilder) =>
                rebuilder.Run is { } run ? TypedResults.Ok(run) : Problems.NotFound("rebuild since the service started")
            )
            .WithName("GetRebuild")
            .WithSummary("How far the rebuild is, or what the last one found.");
    }
}
