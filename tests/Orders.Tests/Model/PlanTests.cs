using DaprShop.Messaging;
using DaprShop.Orders.Bulk;
using DaprShop.Orders.Queries;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>
/// The plans of a session of the service that prepared its statements and ran them often while the tables were empty,
/// seen after the tables were filled and nothing was analyzed: as after an import into a new shop.
/// </summary>
public sealed class PlanTests(PlanTests.Session session) : IClassFixture<PlanTests.Session>
{
    private const string AllOrders = "select * from orders where number < $1 order by number desc limit $2";
    private const string CustomersOrders =
        "select * from orders where customer = $1 and number < $2 order by number desc limit $3";

    [Theory]
    [InlineData(nameof(SagaStatements.Claim), "ix_orders_unfinished")]
    [InlineData(nameof(SagaStatements.ClaimExhausted), "ix_orders_unfinished")]
    [InlineData(nameof(BulkStatements.Backlog), "ix_orders_unfinished")]
    [InlineData(nameof(SagaStatements.SelectOwned), "pk_orders")]
    [InlineData(nameof(SagaStatements.SelectOwnedLines), "pk_order_lines")]
    [InlineData(nameof(SagaStatements.ChangeStatus), "pk_orders")]
    [InlineData(nameof(SagaStatements.MarkDeclined), "pk_orders")]
    [InlineData(nameof(SagaStatements.MarkRefunded), "pk_orders")]
    [InlineData(nameof(SagaStatements.MarkStockReleased), "pk_orders")]
    [InlineData(nameof(SagaStatements.MarkCompensated), "pk_orders")]
    [InlineData(nameof(SagaStatements.Complete), "pk_orders")]
    [InlineData(nameof(SagaStatements.Requeue), "pk_orders")]
    [InlineData(nameof(SagaStatements.Wait), "pk_orders")]
    [InlineData(nameof(SagaStatements.Resume), "pk_orders")]
    [InlineData(nameof(SagaStatements.ReduceLines), "pk_order_lines")]
    [InlineData(nameof(SagaStatements.UpdateTotals), "pk_order_lines")]
    [InlineData(nameof(SagaStatements.Abandon), "ix_batches_unfinished")]
    [InlineData(nameof(AllOrders), "Index Scan Backward using ix_orders_number")]
    [InlineData(nameof(CustomersOrders), "ix_orders_customer_number")]
    [InlineData(nameof(OrderTransitionReader.SelectTransitions), "ix_events_subject")]
    public void A_statement_that_was_prepared_on_empty_tables_finds_its_index_in_full_ones(
        string statement,
        string index
    ) =>
        session
            .Plans[statement]
            .Should()
            .Contain(index)
            .And.NotContainAny("Seq Scan on orders", "Seq Scan on order_lines", "Seq Scan on events");

    [Fact]
    public void An_operators_page_is_read_along_an_index_and_not_sorted() =>
        session.Plans[nameof(AllOrders)].Should().NotContain("Sort");

    [Fact]
    public void N1_An_order_is_found_in_the_log_without_reading_all_of_it() =>
        session
            .Plans[nameof(OrderTransitionReader.SelectTransitions)]
            .Should()
            .Contain("ix_events_subject")
            .And.Contain("Index Cond");

    [Fact]
    public async Task No_setting_disables_sequential_scans() =>
        (await session.SettingAsync("enable_seqscan")).Should().Be("on");

    /// <summary>A session of the service, with its statements prepared and run before the tables were filled.</summary>
    public sealed class Session : IAsyncLifetime
    {
        // PostgreSQL considers a plan without parameters from the sixth execution on.
        private const int Executions = 8;

        private static readonly (string Name, string Types, string Sql)[] Statements =
        [
            (nameof(SagaStatements.Claim), "uuid[], int, timestamptz, int", SagaStatements.Claim),
            (nameof(SagaStatements.ClaimExhausted), "uuid, int", SagaStatements.ClaimExhausted),
            (nameof(BulkStatements.Backlog), "int", BulkStatements.Backlog),
            (nameof(SagaStatements.SelectOwned), "uuid", SagaStatements.SelectOwned),
            (nameof(SagaStatements.SelectOwnedLines), "uuid", SagaStatements.SelectOwnedLines),
            (
                nameof(SagaStatements.ChangeStatus),
                "uuid, uuid[], text[], text[], text[], text[], timestamptz, timestamptz, timestamptz",
                SagaStatements.ChangeStatus
            ),
            (nameof(SagaStatements.MarkDeclined), "uuid, uuid[], text[]", SagaStatements.MarkDeclined),
            (nameof(SagaStatements.MarkRefunded), "uuid, uuid[]", SagaStatements.MarkRefunded),
            (nameof(SagaStatements.MarkStockReleased), "uuid, uuid[]", SagaStatements.MarkStockReleased),
            (nameof(SagaStatements.MarkCompensated), "uuid, uuid[]", SagaStatements.MarkCompensated),
            (nameof(SagaStatements.Complete), "uuid, uuid[]", SagaStatements.Complete),
            (nameof(SagaStatements.Requeue), "uuid, uuid[], timestamptz[]", SagaStatements.Requeue),
            (nameof(SagaStatements.Wait), "uuid, uuid[], timestamptz[]", SagaStatements.Wait),
            (nameof(SagaStatements.Resume), "uuid[], timestamptz", SagaStatements.Resume),
            (nameof(SagaStatements.ReduceLines), "uuid, uuid[], text[], bigint[]", SagaStatements.ReduceLines),
            (nameof(SagaStatements.UpdateTotals), "uuid, uuid[]", SagaStatements.UpdateTotals),
            (nameof(SagaStatements.Abandon), "timestamptz, timestamptz", SagaStatements.Abandon),
            (nameof(AllOrders), "bigint, int", AllOrders),
            (nameof(CustomersOrders), "text, bigint, int", CustomersOrders),
            (nameof(OrderTransitionReader.SelectTransitions), "text, int", OrderTransitionReader.SelectTransitions),
        ];

        private static readonly Dictionary<string, string> Arguments = new()
        {
            ["uuid"] = "'00000000-0000-0000-0000-000000000001'",
            ["uuid[]"] = "array['00000000-0000-0000-0000-000000000002']::uuid[]",
            ["int"] = "50",
            ["bigint"] = "1000000",
            ["bigint[]"] = "array[1::bigint]",
            ["text"] = "'alice'",
            ["text[]"] = "array['accepted']",
            ["timestamptz"] = "now()",
            ["timestamptz[]"] = "array[now()]",
        };

        private readonly OrdersFixture _orders = new();
        private NpgsqlConnection _connection = null!;

        /// <summary>The plans by the names of the statements.</summary>
        public Dictionary<string, string> Plans { get; } = [];

        public async ValueTask InitializeAsync()
        {
            await _orders.InitializeAsync();
            _connection = await _orders.Service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
            foreach (var (name, types, sql) in Statements)
            {
                await ExecuteAsync($"prepare {name}({types}) as {sql}");
                for (var i = 0; i < Executions; i++)
                    await ExecuteAsync($"begin; execute {Call(name, types)}; rollback");
            }

            await FillAsync();
            foreach (var (name, types, _) in Statements)
                Plans[name] = await Sql.LinesAsync(
                    _connection,
                    $"begin; explain execute {Call(name, types)}; rollback"
                );
        }

        public async ValueTask DisposeAsync()
        {
            await _connection.DisposeAsync();
            await _orders.Service.DisposeAsync();
            await _orders.Database.Source.DisposeAsync();
        }

        public async Task<string> SettingAsync(string name)
        {
            await using var command = new NpgsqlCommand($"show {name}", _connection);
            return (string)(await command.ExecuteScalarAsync())!;
        }

        private static string Call(string name, string types) =>
            $"{name}({string.Join(", ", types.Split(", ").Select(type => Arguments[type]))})";

        private Task FillAsync() =>
            Sql.ScalarAsync<object>(
                _orders.Database.Names.Owner,
                """
                alter table orders set (autovacuum_enabled = false);
                alter table order_lines set (autovacuum_enabled = false);
                alter table events set (autovacuum_enabled = false);
                alter table batches set (autovacuum_enabled = false);
                insert into orders (
                    id, customer, status, version, total, payment_token, on_shortage, due_at, attempts,
                    compensation_pending, refunded, stock_released, accepted_at, updated_at)
                select gen_random_uuid(), 'customer' || i % 1000,
                       case when i % 1000 = 0 then 'accepted' else 'confirmed' end,
                       4, 10, 'tok_ok', 'reject', now(), 1, false, false, false, now(), now()
                from generate_series(1, 50000) i;
                insert into order_lines (order_id, line, sku, quantity, unit_price)
                select id, line, 'sku' || line, 1, 1 from orders, generate_series(1, 2) line;
                insert into batches (id, order_ids, started_at, progressed_at, finished_at, abandoned)
                select gen_random_uuid(), array[gen_random_uuid()], now(), now(), now(), false
                from generate_series(1, 10000);
                insert into events (position, id, type, subject, version, occurred_at, data)
                select 1000000 + number, gen_random_uuid(), 'order.accepted.v1', id::text, 1, now(), '{}' from orders;
                """
            );

        private async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, _connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
