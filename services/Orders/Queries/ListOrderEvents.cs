using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>
/// <c>GET /internal/orders/{id}/events</c>: an order's events, for the timeline of an order that History does not know
/// yet. Called through the sidecar only.
/// </summary>
internal static class ListOrderEvents
{
    public static async Task<Results<Ok<EventPage>, ProblemHttpResult>> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var events = await connection.ReadEventsOfAsync(id.ToString(), cancellationToken);
        return events.Count == 0
            ? Problems.NotFound($"order {id}")
            : TypedResults.Ok(new EventPage(Apps.Orders, events));
    }
}
