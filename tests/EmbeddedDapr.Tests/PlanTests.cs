using EmbeddedDapr.PubSub;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Kit;
using Npgsql;

namespace EmbeddedDapr.Tests;

/// <summary>
/// Plans made on empty tables do not survive into full ones: the statements run often enough on vacuumed, empty tables
/// that a cached plan would be kept, then the tables are filled without ANALYZE, and the same session must use indexes.
/// </summary>
public sealed class PlanTests
{
    private const int Rows = 20_000;
    private const int Runs = 20;

    // Below a scan of the full table, above the rows that index scans return in the runs after filling.
    private const long Limit = Rows;

    private static readonly TopicName Topic = new(TestSidecars.PubSub, "notes");

    [Fact]
    public async Task Leases_and_reads_on_full_tables_use_indexes_although_the_session_planned_them_on_empty_ones()
    {
        await using var runtime = await TestRuntime.StartAsync(TestSidecars.For("reader") with { AppPort = 0 });
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(RuntimeHost.SessionOf(runtime.Database))
            {
                MaxPoolSize = 1,
            }.ConnectionString
        );
        var messages = new MessageStore(database, new TopicSignals());
        var state = new StateTable(database);
        var id = await messages.SubscribeAsync(Topic, "reader", broadcast: false, CancellationToken.None);
        await ExecuteAsync(database, "vacuum analyze deliveries, messages, state");
        for (var run = 0; run < Runs; run++)
            await ReadAsync(messages, state, id);

        await FillAsync(database, id);
        var before = await RowsScannedAsync(database);
        for (var run = 0; run < Runs; run++)
            (await ReadAsync(messages, state, id)).Should().Be(11, "ten messages are leased and one value is read");

        (await RowsScannedAsync(database) - before).Should().BeLessThan(Limit);
    }

    private static async Task<int> ReadAsync(MessageStore messages, StateTable state, long subscription) =>
        (await messages.LeaseAsync(subscription, 10, TimeSpan.FromMinutes(1), CancellationToken.None)).Count
        + (await state.GetAsync("store", ["key-7"], CancellationToken.None)).Count;

    private static Task FillAsync(NpgsqlDataSource database, long subscription) =>
        ExecuteAsync(
            database,
            $"""
            insert into messages (topic, payload, content_type, metadata)
            select id, '', 'text/plain', '{"{}"}' from topics, generate_series(1, {Rows});
            insert into deliveries (subscription, message, due_at) select {subscription}, id, now() from messages;
            insert into state (store, key, value) select 'store', 'key-' || n, '' from generate_series(1, {Rows}) n;
            """
        );

    // The statistics of the only session; forced out, since it reports them after a delay otherwise.
    private static async Task<long> RowsScannedAsync(NpgsqlDataSource database)
    {
        await ExecuteAsync(database, "select pg_stat_force_next_flush()");
        await using var command = database.CreateCommand(
            """
            select sum(seq_tup_read)::bigint from pg_stat_user_tables
            where relname in ('deliveries', 'messages', 'state')
            """
        );
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
