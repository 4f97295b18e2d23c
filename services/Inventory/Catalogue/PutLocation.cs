using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>
/// <c>PUT /locations/{location}</c> and <c>GET /locations</c>: the locations of stock, and which sells first.
/// </summary>
internal static class PutLocation
{
    private const int LastPriority = 10_000;

    /// <param name="Priority">Stock of the location with the lowest value sells first; the default is 100.</param>
    internal sealed record Request(int Priority);

    internal sealed record LocationResponse(string Location, int Priority);

    public static async Task<Results<Ok<LocationResponse>, ProblemHttpResult>> HandleAsync(
        string location,
        Request body,
        IdempotencyKey key,
        NpgsqlDataSource database,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = new RequestValidator()
            .Location(location, "location")
            .That(body.Priority is >= 0 and <= LastPriority, "/priority", $"A priority must be 0 to {LastPriority}.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var written = await IdempotentWrites.RunAsync(
            database,
            key.Value,
            IdempotencyKey.Fingerprint(context, body),
            """
            written as (
                insert into locations (location, priority) select $3, $4 from recorded
                on conflict (location) do update set priority = excluded.priority)
            """,
            [location, body.Priority],
            cancellationToken
        );
        if (written == IdempotentWriteResult.OtherRequest)
            return IdempotencyKey.Conflict(key.Value);
        if (written == IdempotentWriteResult.Repeated)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(new LocationResponse(location, body.Priority));
    }

    public static async Task<Ok<List<LocationResponse>>> ListAsync(
        InventoryDbContext db,
        CancellationToken cancellationToken
    )
    {
        var described = await db
            .Locations.AsNoTracking()
            .ToDictionaryAsync(l => l.Location, l => l.Priority, cancellationToken);
        var used = await db.Levels.Select(l => l.Location).Distinct().ToListAsync(cancellationToken);
        return TypedResults.Ok(
            used.Union(described.Keys)
                .Select(l => new LocationResponse(l, described.GetValueOrDefault(l, Level.DefaultPriority)))
                .OrderBy(l => l.Priority)
                .ThenBy(l => l.Location, StringComparer.Ordinal)
                .ToList()
        );
    }
}
