using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// Reads holds and offers as of now: one whose time has passed is expired, whether or not the sweeper has recorded it.
/// </summary>
internal sealed class HoldQueries(NpgsqlDataSource database, TimeProvider time)
{
    private const string Holds = """
        select h.id, h.customer, h.state, h.expires_at, h.entry_id,
            array_to_string(h.claimed_by, ',') as claimed_by, l.sku, l.location, l.quantity, l.used
        from holds h join hold_lines l on l.hold_id = h.id
        """;

    private const string ById = $"{Holds} where h.id = $1 order by l.sku, l.location";

    private static readonly string OffersOfCustomer = $"""
        {Holds}
        where h.customer = $1 and h.{StateConditions.ActiveHold} and h.entry_id is not null
        order by h.id, l.sku, l.location
        """;

    private static readonly string OffersOfSku = $"""
        {Holds}
        where h.{StateConditions.ActiveHold}
          and h.entry_id in (select id from waitlist where sku = $1 and {StateConditions.OfferedWaitlistEntry})
        order by h.expires_at, h.id, l.sku, l.location
        """;

    private static readonly string SkusWithOffers = $"""
        select distinct sku from waitlist where {StateConditions.OfferedWaitlistEntry}
        """;

    private sealed record HoldWithLineRow(
        Guid Id,
        string Customer,
        string State,
        DateTimeOffset ExpiresAt,
        Guid? EntryId,
        string ClaimedBy,
        string Sku,
        string Location,
        long Quantity,
        long Used
    );

    private sealed record SkuRow(string Sku);

    /// <summary>The hold; null if there is none.</summary>
    public async Task<Hold?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(ById, id, cancellationToken)).SingleOrDefault();

    /// <summary>The offers that a customer can accept now, the oldest first.</summary>
    public async Task<List<Hold>> OffersOfCustomerAsync(string customer, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(OffersOfCustomer, customer, cancellationToken)).Where(h => h.State == HoldState.Active)];

    /// <summary>
    /// The offers of a SKU that are neither accepted nor ended, the one that expires first at the head.
    /// </summary>
    public Task<List<Hold>> OffersOfSkuAsync(string sku, CancellationToken cancellationToken) =>
        ReadAsync(OffersOfSku, sku, cancellationToken);

    /// <summary>The SKUs with such offers.</summary>
    public async Task<HashSet<string>> SkusWithOffersAsync(CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<SkuRow>(SkusWithOffers, [], cancellationToken)).Select(s => s.Sku)];

    private async Task<List<Hold>> ReadAsync(string sql, object key, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<HoldWithLineRow>(sql, [key], cancellationToken);
        var now = time.GetUtcNow();
        return [.. rows.GroupBy(r => r.Id).Select(lines => ToHold([.. lines]).At(now))];
    }

    private static Hold ToHold(List<HoldWithLineRow> lines) =>
        new(
            lines[0].Id,
            lines[0].Customer,
            EnumNames.Parse<HoldState>(lines[0].State),
            lines[0].ExpiresAt,
            [.. lines.Select(l => new HoldLine(l.Sku, l.Location, l.Quantity, l.Used))],
            lines[0].EntryId,
            Hold.ParseClaims(lines[0].ClaimedBy)
        );
}
