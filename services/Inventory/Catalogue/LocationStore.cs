using System.Text.Json;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Reads and changes locations. A change is decided on the locked location, once per key.</summary>
internal sealed class LocationStore(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    LocalStockCache memory,
    TimeProvider time
)
{
    private const int MaxAttempts = 5;

    private const string Columns = "location, priority, sold_since is not null as sold, version";

    private const string Recorded = """
        select fingerprint, response::text as response from idempotency_keys where owner = '' and key = $1
        """;

    private const string Find = $"select {Columns} from locations where location = $1";

    private const string Lock = $"{Find} for update";

    private const string Page = $"""
        select {Columns} from locations where (priority, location) > ($1, $2) order by priority, location limit $3
        """;

    private const string Declared = "select location from locations where location = any($1)";

    private const string Record =
        "insert into idempotency_keys (owner, key, fingerprint, response) values ('', $1, $2, $3::json)";

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
    public async Task<VersionedLocation?> FindAsync(string location, CancellationToken cancellationToken) =>
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
            r => r.ToLocation().Location
        );

    /// <summary>Those of the names that are declared.</summary>
    public async Task<List<string>> DeclaredAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        (await database.QueryAsync<NameRow>(Declared, [names.ToArray()], cancellationToken)).ConvertAll(r =>
            r.Location
        );

    /// <summary>
    /// Declares or changes a location as <paramref name="decide"/> says, and returns it as it has become.
    /// </summary>
    public async Task<(VersionedLocation? Location, bool Replayed, ProblemHttpResult? Refusal)> ChangeAsync(
        string location,
        string key,
        byte[] fingerprint,
        Func<VersionedLocation?, (StockLocation? Location, ProblemHttpResult? Refusal)> decide,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryChangeAsync(location, key, fingerprint, decide, cancellationToken);
            }
            catch (PostgresException e)
                when (attempt < MaxAttempts
                    && e.SqlState == PostgresErrorCodes.UniqueViolation
                    && e.ConstraintName is "pk_idempotency_keys" or "pk_locations"
                )
            {
                // A concurrent request with the same key, or that declared the same location, has committed first.
            }
        }
    }

    private async Task<(VersionedLocation? Location, bool Replayed, ProblemHttpResult? Refusal)> TryChangeAsync(
        string location,
        string key,
        byte[] fingerprint,
        Func<VersionedLocation?, (StockLocation? Location, ProblemHttpResult? Refusal)> decide,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QueryAsync<RecordedRow>(Recorded, [key], cancellationToken) is [var recorded])
        {
            if (!recorded.Fingerprint.AsSpan().SequenceEqual(fingerprint))
                return (null, false, IdempotencyKey.Conflict(key));
            var answer = JsonSerializer.Deserialize<VersionedLocation>(recorded.Response, JsonSerializerOptions.Web);
            return (answer?.Location is null ? await FindAsync(location, cancellationToken) : answer, true, null);
        }

        var before = (await connection.QueryAsync<LocationDataRow>(Lock, [location], cancellationToken))
            .SingleOrDefault()
            ?.ToLocation();
        var (wanted, refusal) = decide(before);
        if (wanted is null)
            return (null, false, refusal);
        var after = before is null ? new VersionedLocation(wanted, 1) : before;
        if (before is not null && before.Location != wanted)
            after = new VersionedLocation(wanted, before.Version + 1);
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.Add(Record, key, fingerprint, JsonSerializer.Serialize(after, JsonSerializerOptions.Web));
            if (after != before)
                batch.Add(
                    before is null ? Insert : Update,
                    location,
                    wanted.Priority,
                    wanted.Sold,
                    time.GetUtcNow().UtcDateTime
                );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (before is not null && before.Location.Sold != wanted.Sold)
            await SoldChangedAsync(wanted, cancellationToken);
        return (after, false, null);
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

    private sealed record RecordedRow(byte[] Fingerprint, string Response);

    private sealed record LocationDataRow(string Location, int Priority, bool Sold, int Version)
    {
        public VersionedLocation ToLocation() => new(new StockLocation(Location, Priority, Sold), Version);
    }
}
