using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// <c>GET /stock/{sku}/movements</c>: the ledger of one SKU, at all locations or at one, newest first.
/// </summary>
internal static class ListMovements
{
    private const int MaxPage = 500;

    // The ledger of each location is read backwards along its key, from the last entry of the previous page.
    private const string Movements = """
        select m.location, m.sequence, m.kind, m.quantity, m.on_hand, m.allocated, m.held, m.unavailable, m.incoming,
            m.cause, m.step, m.actor, m.actor_type, m.reason, replace(m.trace::text, '-', '') as trace, m.occurred_at
        from unnest($2::text[], $3::bigint[]) as c(location, before)
        cross join lateral (
            select * from movements m
            where m.sku = $1 and m.location = c.location and m.sequence < c.before
              and ($4::text is null or m.kind = $4) and m.occurred_at >= $5 and m.occurred_at < $6
            order by m.sequence desc limit $7) m
        order by m.occurred_at desc, m.location, m.sequence desc limit $7
        """;

    // The first page begins at the last movement of each location.
    private const string Ends =
        "select location, sequence + 1 as before from levels where sku = $1 and ($2::text is null or location = $2)";

    private sealed record EndRow(string Location, long Before);

    /// <summary>A movement. The quantities are the level's after it.</summary>
    /// <param name="Quantity">Units, signed: added to the quantity that the kind is about.</param>
    /// <param name="ActorType">customer, operator or system; null for movements from before actors had types.</param>
    /// <param name="Cause">An order, a hold, a document, or the key of an operator's request.</param>
    internal sealed record Entry(
        string Location,
        long Sequence,
        string Kind,
        long Quantity,
        long OnHand,
        long Allocated,
        long Held,
        long Unavailable,
        long Incoming,
        string Cause,
        long Step,
        string Actor,
        string? ActorType,
        string? Reason,
        string? Trace,
        DateTimeOffset OccurredAt
    );

    /// <param name="Cursor">Send it back to get older entries; null at the beginning of the ledger.</param>
    internal sealed record Page(string Sku, IReadOnlyList<Entry> Movements, string? Cursor);

    public static async Task<Results<Ok<Page>, ProblemHttpResult>> HandleAsync(
        string sku,
        NpgsqlDataSource database,
        CancellationToken cancellationToken,
        string? location = null,
        string? kind = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string? cursor = null,
        int limit = 100
    )
    {
        var before = cursor is null
            ? await EndsAsync(database, sku, location, cancellationToken)
            : LedgerCursor.Read(cursor);
        var errors = new RequestValidator()
            .That(
                kind is null || MovementKinds.All.Contains(kind),
                "kind",
                $"kind must be one of {string.Join(", ", MovementKinds.All)}."
            )
            .That(before is not null, "cursor", "A cursor must be the `cursor` of an earlier page.");
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var take = Math.Clamp(limit, 1, MaxPage);
        var rows = await database.QueryAsync<Entry>(
            Movements,
            [
                sku,
                before!.Keys.ToArray(),
                before.Values.ToArray(),
                (object?)kind ?? DBNull.Value,
                (from ?? DateTimeOffset.MinValue).UtcDateTime,
                (until ?? DateTimeOffset.MaxValue).UtcDateTime,
                take,
            ],
            cancellationToken
        );
        foreach (var row in rows)
            before[row.Location] = row.Sequence;
        return TypedResults.Ok(new Page(sku, rows, rows.Count == take ? LedgerCursor.Write(before) : null));
    }

    private static async Task<Dictionary<string, long>> EndsAsync(
        NpgsqlDataSource database,
        string sku,
        string? location,
        CancellationToken cancellationToken
    ) =>
        (
            await database.QueryAsync<EndRow>(Ends, [sku, (object?)location ?? DBNull.Value], cancellationToken)
        ).ToDictionary(e => e.Location, e => e.Before);
}
