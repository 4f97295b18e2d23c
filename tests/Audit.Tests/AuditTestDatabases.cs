using DaprShop.Contracts;
using DaprShop.History.Model;
using DaprShop.History.Timelines;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using DaprShop.Shop.Audit;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary>The four services' databases, migrated as in a real shop.</summary>
internal sealed class AuditTestDatabases
{
    private static int _copies;

    private readonly LocalPostgres _server;
    private readonly IReadOnlyDictionary<string, TestDatabase> _databases;

    private AuditTestDatabases(LocalPostgres server, IReadOnlyDictionary<string, TestDatabase> databases) =>
        (_server, _databases) = (server, databases);

    public TestDatabase this[string service] => _databases[service];

    public static async Task<AuditTestDatabases> CreateAsync()
    {
        var server = await LocalPostgres.SharedAsync();
        var databases = new Dictionary<string, TestDatabase>
        {
            [Apps.Orders] = await server.CreateDatabaseAsync(Apps.Orders, owner =>
                Database.MigrateAsync<OrdersDbContext>(owner, o => new OrdersDbContext(o))
            ),
            [Apps.Inventory] = await server.CreateDatabaseAsync(Apps.Inventory, owner =>
                Database.MigrateAsync<InventoryDbContext>(owner, o => new InventoryDbContext(o))
            ),
            [Apps.Payments] = await server.CreateDatabaseAsync(Apps.Payments, owner =>
                Database.MigrateAsync<PaymentsDbContext>(owner, o => new PaymentsDbContext(o))
            ),
            [Apps.History] = await server.CreateDatabaseAsync(Apps.History, owner =>
                Database.MigrateAsync<HistoryDbContext>(owner, o => new HistoryDbContext(o))
            ),
        };
        var created = new AuditTestDatabases(server, databases);
        await created.RunAsync(databases[Apps.Payments].Name, TestPayments.CreateLedger);
        return created;
    }

    /// <summary>Publishes every event and lets History apply it.</summary>
    public async Task PublishAsync()
    {
        foreach (
            IProjection projection in new IProjection[]
            {
                new OrdersProjection(),
                new StockProjection(),
                new PaymentsProjection(),
            }
        )
        {
            var producer = Topics.ProducerOf(projection.Topic);
            await Sql.ScalarAsync<object>(
                this[producer].App,
                "update relay_cursor set position = (select position from event_head)"
            );
            await using var log = NpgsqlDataSource.Create(this[producer].App);
            await using var source = await log.OpenConnectionAsync();
            var events = await source.ReadEventsAsync(0, int.MaxValue, CancellationToken.None);
            await using var history = NpgsqlDataSource.Create(this[Apps.History].App);
            await using var target = await history.OpenConnectionAsync();
            await projection.ApplyAsync(target, events, CancellationToken.None);
            await using var mark = new NpgsqlBatch(target);
            mark.Add("insert into watermarks (producer, position) values ($1, $2)", producer, (long)events.Count);
            await mark.ExecuteNonQueryAsync();
        }

        // A database can be copied only while it has no connections.
        NpgsqlConnection.ClearAllPools();
    }

    public Task<AuditReport> AuditAsync() => AuditAsync(_databases.ToDictionary(d => d.Key, d => d.Value.Auditor));

    /// <summary>
    /// Audits the shop with a copy of one database in which <paramref name="corruption"/> was executed, with triggers
    /// and foreign keys disabled.
    /// </summary>
    public Task<AuditReport> AuditAsync(string service, string corruption) => OnCopyAsync(service, async copy =>
        {
            await copy.CorruptAsync(corruption);
            return await copy.AuditAsync();
        });

    /// <summary>Runs <paramref name="work"/> with a copy of one database.</summary>
    public async Task<T> OnCopyAsync<T>(string service, Func<Copy, Task<T>> work)
    {
        var name = $"corrupted_{Interlocked.Increment(ref _copies)}";
        await RunAsync("postgres", $"create database {name} template {_databases[service].Name}");
        try
        {
            return await work(new Copy(this, service, name));
        }
        finally
        {
            await RunAsync("postgres", $"drop database {name} with (force)");
        }
    }

    /// <summary>A shop with a copy of one of its databases.</summary>
    internal sealed class Copy(AuditTestDatabases shop, string service, string name)
    {
        /// <summary>The connection string of the service's own role.</summary>
        public string App => In(shop[service].App, name);

        public Task CorruptAsync(string sql) => shop.RunAsync(name, $"set session_replication_role = replica; {sql}");

        public Task<AuditReport> AuditAsync()
        {
            var databases = shop._databases.ToDictionary(d => d.Key, d => d.Value.Auditor);
            databases[service] = In(databases[service], name);
            return AuditTestDatabases.AuditAsync(databases);
        }
    }

    private static Task<AuditReport> AuditAsync(Dictionary<string, string> databases) =>
        new Auditor(
            new AuditedDatabases(databases.ToDictionary(d => d.Key, d => In(d.Value, null))),
            new TestLedger(In(databases[Apps.Payments], null))
        ).RunAsync(TimeSpan.Zero, rebuild: true, CancellationToken.None);

    private async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(In(_server.Admin, database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // Without a pool: a database with open connections can be neither copied nor dropped.
    private static string In(string connectionString, string? database)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        if (database is not null)
            builder.Database = database;
        return builder.ConnectionString;
    }
}
