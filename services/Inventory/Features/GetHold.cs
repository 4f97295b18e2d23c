using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Features;

/// <summary><c>GET /holds/{id}</c>: a hold as it stands now, for its customer and for operators.</summary>
internal static class GetHold
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/holds/{id:guid}", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("A hold")
            .WithTags("Holds")
            .Produces<StockAnswers.HoldAnswer>();

    private static async Task<Results<JsonHttpResult<StockAnswers.HoldAnswer>, ProblemHttpResult>> HandleAsync(
        Guid id,
        HoldReader holds,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await holds.FindAsync(id, cancellationToken) is { } hold
        && (context.User.IsOperator() || hold.Customer == context.Name())
            ? TypedResults.Json(StockAnswers.HoldAnswer.Of(hold), StockAnswers.Json)
            : Problems.NotFound($"hold {id}");
}
