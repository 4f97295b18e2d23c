using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Reads and changes locations.</summary>
internal sealed class LocationStore(
    NpgsqlDataSource database,
    KeyedChanges changes,
    StockCommandQueue stock,
    LocalStockCache memory,
    TimeProvider time
)
{
    private const string Columns = "location, priority, sold_since is not null as sold, version";

    private const string Find = $"select {Columns} from locations where location = $1";

    private const string Lock = $"{Find} for update";

    private const string Page = $"""
        select {Columns} from locations where (priority, location) > ($1, $2) order by priority, location limit $3
        """;

    private const string Declared = "select location from locations where location = any($1)";

    private const string Insert = """
        insert into locations (location, priority, sold_since, version)
        values ($1, $2, case when $3 then $4::timestamptz end, 1)
        """;

    private const string Update = """
        update locations
        set priority = $2, version = version + 1,
            sold_since = case when $3 then coalesce(sold_since, $4::timestamptz) end
        where location = $1
        """;

    private const string Skus = "select sku from levels where location = $1";

    // Those who wait get the units of a location that is sold from again.
    private static readonly string AwaitedSkus = $"""
        {Skus} and (
            exists (select from backorders b where b.sku = levels.sku and b.{StateConditions.OpenBackorder})
            or exists (select from waitlist w where w.sku = levels.sku and w.{StateConditions.OpenWaitlistEntry}))
        """;

    /// <summary>The location; null where it is not declared.</summary>
    public async Task<Versioned<StockLocation>?> FindAsync(string location, CancellationToken cancellationToken) =>
        (await database.QueryAsync<LocationDataRow>(Find, [location], cancellationToken))
            .SingleOrDefault()
            ?.ToLocation();

    /// <summary>Locations by priority and name, after these.</summary>
    public async Task<List<StockLocation>> ListAsync(
        int priority,
        string location,
        int limit,
        CancellationToken cancellationToken
    ) =>
        (await database.QueryAsync<LocationDataRow>(Page, [priority, location, limit], cancellationToken)).ConvertAll(
            r => r.ToLocation().Value
        );

    /// <summary>Those of the names that are declared.</summary>
    public async Task<List<string>> DeclaredAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        (await database.QueryAsync<NameRow>(Declared, [names.ToArray()], cancellationToken)).ConvertAll(r =>
            r.Location
        );

    /// <summary>
    /// Declares or changes a location as <paramref name="decide"/> says, and returns it as it has become.
    /// </summary>
    public async Task<KeyedChange<StockLocation>> ChangeAsync(
        string location,
        string key,
        byte[] fingerprint,
        Func<Versioned<StockLocation>?, (StockLocation? Location, ProblemHttpResult? Refusal)> decide,
        CancellationToken cancellationToken
    )
    {
        var change = await changes.RunAsync(
            key,
            fingerprint,
            async connection =>
                (await connection.QueryAsync<LocationDataRow>(Lock, [location], cancellationToken))
                    .SingleOrDefault()
                    ?.ToLocation(),
            decide,
            (_, batch, before, after) =>
            {
                if (after != before)
                    batch.Add(
                        before is null ? Insert : Update,
                        location,
                        after.Value.Priority,
                        after.Value.Sold,
                        time.GetUtcNow().UtcDateTime
                    );
                return Task.CompletedTask;
            },
            cancellationToken
        );
        if (change is { Before: { } old, After: { } now } && old.Value.Sold != now.Value.Sold)
            await SoldChangedAsync(now.Value, cancellationToken);
        return change;
    }

    private async Task SoldChangedAsync(StockLocation location, CancellationToken cancellationToken)
    {
        // This process sees the change at once. No event announces it to the other replicas, whose entries expire.
        foreach (var row in await database.QueryAsync<SkuRow>(Skus, [location.Location], cancellationToken))
            memory.Remove(row.Sku);
        if (!location.Sold)
            return;
        foreach (var row in await database.QueryAsync<SkuRow>(AwaitedSkus, [location.Location], cancellationToken))
            await stock.RunAsync<ServeQueueCommand>(new ServeQueueCommand(row.Sku), cancellationToken);
    }

    private sealed record SkuRow(string Sku);

    private sealed record NameRow(string Location);

    private sealed record LocationDataRow(string Location, int Priority, bool Sold, int Version)
    {
        public Versioned<StockLocation> ToLocation() => new(new StockLocation(Location, Priority, Sold), Version);
    }
}
