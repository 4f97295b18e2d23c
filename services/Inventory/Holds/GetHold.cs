using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Holds;

/// <summary><c>GET /holds/{id}</c>: a hold as of now, for its customer and for operators.</summary>
internal static class GetHold
{
    public static async Task<Results<JsonHttpResult<StockResponses.HoldResponse>, ProblemHttpResult>> HandleAsync(
        Guid id,
        HoldQueries holds,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await holds.FindAsync(id, cancellationToken) is { } hold
        && (context.User.IsOperator() || hold.Customer == context.Name())
            ? TypedResults.Json(StockResponses.HoldResponse.Of(hold), StockResponses.Json)
            : Problems.NotFound($"hold {id}");
}
