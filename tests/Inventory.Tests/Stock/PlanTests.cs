using System.Globalization;
using System.Text.RegularExpressions;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>
/// A session plans a statement while the tables are empty and keeps the plan when they are full, as after an import
/// without ANALYZE. No decision may then read all earlier decisions. No planner setting helps.
/// </summary>
public sealed partial class PlanTests(PlanTests.FullTables tables) : IClassFixture<PlanTests.FullTables>
{
    // The statements read 10 to 40 rows by their keys. A table or an index that is read as a whole has 150 pages or
    // more.
    private const int MaxPages = 130;

    private static readonly Dictionary<string, (string Types, string Sql)> Statements = new()
    {
        [nameof(StockLoadStatements.LockReservations)] = ("uuid[]", StockLoadStatements.LockReservations),
        [nameof(StockLoadStatements.ClaimedSkus)] = ("uuid[]", StockLoadStatements.ClaimedSkus),
        [nameof(StockLoadStatements.RecordedResponses)] = ("text[], text[]", StockLoadStatements.RecordedResponses),
        [nameof(StockLoadStatements.LockHolds)] = (
            "uuid[], text[], timestamptz, uuid[]",
            StockLoadStatements.LockHolds
        ),
        [nameof(StockLoadStatements.HoldLines)] = ("uuid[]", StockLoadStatements.HoldLines),
        [nameof(StockLoadStatements.LockDocuments)] = ("text[]", StockLoadStatements.LockDocuments),
        [nameof(StockLoadStatements.DocumentLines)] = ("text[]", StockLoadStatements.DocumentLines),
        [nameof(StockLoadStatements.LockItems)] = ("text[]", StockLoadStatements.LockItems),
        [nameof(StockLoadStatements.Levels)] = ("text[]", StockLoadStatements.Levels),
        [nameof(StockLoadStatements.OpenAllocations)] = ("uuid[]", StockLoadStatements.OpenAllocations),
        [nameof(StockLoadStatements.ShippedUnits)] = ("uuid[]", StockLoadStatements.ShippedUnits),
        [nameof(StockLoadStatements.OpenBackorders)] = ("text[]", StockLoadStatements.OpenBackorders),
        [nameof(StockLoadStatements.OpenWaitlistEntries)] = ("text[]", StockLoadStatements.OpenWaitlistEntries),
        [nameof(StockLoadStatements.BoughtUnits)] = ("text[], text[]", StockLoadStatements.BoughtUnits),
        [nameof(StockLoadStatements.HeldLessReturnedUnits)] = (
            "text[], text[]",
            StockLoadStatements.HeldLessReturnedUnits
        ),
        [nameof(StockLoadStatements.ExpectedReceipts)] = ("text[]", StockLoadStatements.ExpectedReceipts),
    };

    public static TheoryData<string> Names => [.. Statements.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_plan_made_on_empty_tables_reads_few_pages_of_full_ones(string name)
    {
        var plan = await tables.ExecuteAsync(name);
        var pages = Buffers()
            .Match(plan)
            .Groups.Values.Skip(1)
            .Sum(g => g.Success ? int.Parse(g.Value, CultureInfo.InvariantCulture) : 0);
        pages.Should().BeLessThanOrEqualTo(MaxPages, plan);
        plan.Should().NotContainAny(FullTables.Growing.Select(table => $"Seq Scan on {table} "), plan);
    }

    [GeneratedRegex(@"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")]
    private static partial Regex Buffers();

    /// <summary>
    /// A session that prepared all statements on empty tables, which were then filled and not analysed.
    /// </summary>
    public sealed class FullTables : IAsyncLifetime
    {
        public static readonly string[] Growing =
        [
            "reservations",
            "allocations",
            "shipments",
            "backorders",
            "holds",
            "hold_lines",
            "waitlist",
            "inbounds",
            "inbound_lines",
            "movements",
            "idempotency_keys",
            "items",
            "levels",
        ];

        private const string Fill = """
            insert into items select 'sku-' || i, 'item', 1, true, 0, case when i % 10 = 0 then 5 end, null, null
            from generate_series(0, 9999) i;
            insert into levels select sku, 'main', 9, 0, 0, 0, 0, 0, 0, '' from items;
            insert into reservations
            select md5(i::text)::uuid, 'allocated', now(), null, 'customer-' || i % 5000 from generate_series(1, 30000) i;
            insert into allocations
            select md5(i::text)::uuid, 'sku-' || i % 10000, 'main', 1, 0 from generate_series(1, 30000) i;
            insert into shipments (order_id, sku, location, quantity, step)
            select order_id, sku, location, quantity, 0 from allocations;
            insert into backorders
            select md5(i::text)::uuid, 'sku-' || i % 10000, i, 1, 1, null, case when i % 100 = 0 then 'open' else 'filled' end
            from generate_series(1, 30000) i;
            insert into holds
            select md5(i::text)::uuid, 'customer-' || i % 5000,
                case when i % 100 = 0 then 'active' else 'released' end, now() + interval '1 hour', null
            from generate_series(1, 30000) i;
            insert into hold_lines
            select md5(i::text)::uuid, 'sku-' || i % 10000, 'main', 1 from generate_series(1, 30000) i;
            insert into waitlist (id, sku, customer, quantity, state)
            select md5(i::text)::uuid, 'sku-' || i % 10000, 'customer-' || i % 5000, 1,
                case when i % 10000 = 10 then 'waiting' else 'purchased' end
            from generate_series(1, 9999) i;
            insert into inbounds
            select 'document-' || i, 'main', null, now(), case when i % 100 = 0 then 'expected' else 'received' end, null
            from generate_series(1, 30000) i;
            insert into inbound_lines
            select 'document-' || i, 'sku-' || i % 10000, 2, 1, 0 from generate_series(1, 30000) i;
            insert into idempotency_keys select '', 'key-' || i, '', '{}' from generate_series(1, 30000) i;
            """;

        private InventoryDatabase _database = null!;
        private NpgsqlConnection _session = null!;

        public async ValueTask InitializeAsync()
        {
            _database = await InventoryDatabase.CreateAsync();
            _session = new NpgsqlConnection(_database.Names.Owner);
            await _session.OpenAsync();
            await Sql.LinesAsync(
                _session,
                string.Concat(Growing.Select(table => $"alter table {table} set (autovacuum_enabled = false);"))
                    + "set plan_cache_mode = force_generic_plan;"
            );
            foreach (var (name, (types, sql)) in Statements)
            {
                var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
                await Sql.LinesAsync(_session, $"prepare {name}({types}) as {sql}; explain execute {name}({nulls});");
            }

            await Sql.LinesAsync(_session, Fill);
        }

        public async ValueTask DisposeAsync()
        {
            await _session.DisposeAsync();
            await _database.DisposeAsync();
        }

        internal async Task<string> ExecuteAsync(string name)
        {
            var values = Statements[name]
                .Types.Split(',')
                .Select(
                    (type, index) =>
                        type.Trim() switch
                        {
                            "uuid[]" => "array[md5('100')::uuid, md5('200')::uuid, md5('7')::uuid]",
                            "timestamptz" => "now()",
                            _ => (name, index) switch
                            {
                                (nameof(StockLoadStatements.RecordedResponses), 0) => "array['', '']",
                                (nameof(StockLoadStatements.RecordedResponses), _) => "array['key-1', 'key-2']",
                                (nameof(StockLoadStatements.LockDocuments), _)
                                or (nameof(StockLoadStatements.DocumentLines), _) =>
                                    "array['document-100', 'document-7']",
                                (nameof(StockLoadStatements.BoughtUnits), 0)
                                or (nameof(StockLoadStatements.HeldLessReturnedUnits), 0) =>
                                    "array['customer-100', 'customer-200']",
                                _ => "array['sku-100', 'sku-200']",
                            },
                        }
                );
            return await Sql.LinesAsync(
                _session,
                $"explain (analyze, buffers) execute {name}({string.Join(", ", values)})"
            );
        }
    }
}
