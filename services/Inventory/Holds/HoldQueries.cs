using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Holds;

/// <summary>Reads holds and offers as they stand now: one whose time is over has expired, whoever has come by to write it down.</summary>
internal sealed class HoldQueries(NpgsqlDataSource database, TimeProvider time)
{
    private const string Hold = """
        select h.id, h.customer, h.state, h.expires_at, h.entry_id, l.sku, l.location, l.quantity
        from holds h join hold_lines l on l.hold_id = h.id
        """;

    private const string OfLine =
        "where h.state = 'active' and h.entry_id in (select id from waitlist where sku = $1 and state = 'offered') order by 4, 1, 6, 7";

    public async Task<Hold?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync("where h.id = $1 order by 6, 7", [id], cancellationToken)).SingleOrDefault();

    /// <summary>The offers that a customer may take now, the oldest first.</summary>
    public async Task<List<Hold>> OffersToAsync(string customer, CancellationToken cancellationToken) =>
        [
            .. (
                await ReadAsync(
                    "where h.customer = $1 and h.state = 'active' and h.entry_id is not null order by 1, 6, 7",
                    [customer],
                    cancellationToken
                )
            ).Where(h => h.State == HoldState.Active),
        ];

    /// <summary>The offers to those who wait for a SKU that have neither been taken nor passed on, by their ends.</summary>
    public Task<List<Hold>> OffersOfAsync(string sku, CancellationToken cancellationToken) =>
        ReadAsync(OfLine, [sku], cancellationToken);

    /// <summary>The SKUs with such offers.</summary>
    public async Task<HashSet<string>> SkusOnOfferAsync(CancellationToken cancellationToken) =>
        [
            .. await database.QueryAsync(
                "select distinct sku from waitlist where state = 'offered'",
                [],
                r => r.GetString(0),
                cancellationToken
            ),
        ];

    private async Task<List<Hold>> ReadAsync(string which, object[] parameters, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add($"{Hold} {which}", parameters);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = await reader.ReadAllAsync(
            r =>
                (
                    Hold: new Hold(
                        r.GetGuid(0),
                        r.GetString(1),
                        EnumNames.Parse<HoldState>(r.GetString(2)),
                        r.GetFieldValue<DateTimeOffset>(3),
                        [],
                        r.Id(4)
                    ),
                    Part: new AllocationPart(r.GetString(5), r.GetString(6), r.GetInt64(7))
                ),
            cancellationToken
        );
        var now = time.GetUtcNow();
        return
        [
            .. rows.GroupBy(r => r.Hold.Id)
                .Select(g => g.First().Hold.At(now) with { Lines = [.. g.Select(r => r.Part)] }),
        ];
    }
}
