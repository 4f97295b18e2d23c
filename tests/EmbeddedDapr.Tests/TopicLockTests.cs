using DaprShop.TestKit;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EmbeddedDapr.Tests;

/// <summary>Publishers, subscriptions and deliveries at the same time, each stopped before its commit.</summary>
public sealed class TopicLockTests
{
    private static readonly TopicName Topic = new(TestSidecars.PubSub, "notes");
    private static readonly Message Note = new([1], "text/plain", new Dictionary<string, string>(), null);

    [Fact]
    public async Task A_publisher_waits_for_an_uncommitted_subscription()
    {
        await using var runtime = await TestRuntime.StartAsync(TestSidecars.For("reader"));
        var store = runtime.Services.GetRequiredService<MessageStore>();
        await store.PublishAsync(Topic, [Note], CancellationToken.None);
        await using var connection = new NpgsqlConnection(runtime.Database);
        await connection.OpenAsync();
        await using var subscribing = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "select from topics for update");
        await ExecuteAsync(connection, "insert into subscriptions (topic, consumer) select id, 'reader' from topics");

        var publishing = store.PublishAsync(Topic, [Note], CancellationToken.None);
        await FinishesOrWaitsAsync(publishing, runtime);
        await subscribing.CommitAsync();
        await publishing;

        (await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from deliveries")).Should().Be(1);
    }

    [Fact]
    public async Task A_subscription_waits_for_an_uncommitted_message()
    {
        await using var runtime = await TestRuntime.StartAsync(TestSidecars.For("reader"));
        var store = runtime.Services.GetRequiredService<MessageStore>();
        await store.PublishAsync(Topic, [Note], CancellationToken.None);
        await using var connection = new NpgsqlConnection(runtime.Database);
        await connection.OpenAsync();
        await using var publishing = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "select from topics for share");
        await ExecuteAsync(
            connection,
            "insert into messages (topic, payload, content_type, metadata) select id, '', '', '{}' from topics"
        );

        var subscribing = store.SubscribeAsync(Topic, "reader", broadcast: false, CancellationToken.None);
        await FinishesOrWaitsAsync(subscribing, runtime);
        await publishing.CommitAsync();
        await subscribing;

        (await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from deliveries")).Should().Be(2);
    }

    [Fact]
    public async Task A_message_that_is_locked_or_leased_is_leased_to_no_other_loop()
    {
        await using var runtime = await TestRuntime.StartAsync(TestSidecars.For("reader") with { AppPort = 0 });
        var store = runtime.Services.GetRequiredService<MessageStore>();
        var id = await store.SubscribeAsync(Topic, "reader", broadcast: false, CancellationToken.None);
        await store.PublishAsync(Topic, [Note, Note], CancellationToken.None);
        await using var connection = new NpgsqlConnection(runtime.Database);
        await connection.OpenAsync();
        await using var leasing = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "select from deliveries where message = 1 for update");

        (await LeasedAsync()).Should().Equal(2);
        await leasing.CommitAsync();

        (await LeasedAsync()).Should().Equal(1);
        (await LeasedAsync()).Should().BeEmpty();

        async Task<IEnumerable<long>> LeasedAsync() =>
            (
                await store
                    .LeaseAsync(id, 10, TimeSpan.FromMinutes(1), CancellationToken.None)
                    .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)
            ).Select(m => m.Id);
    }

    private static Task FinishesOrWaitsAsync(Task task, TestRuntime runtime) =>
        Wait.UntilAsync(
            async () =>
                task.IsCompleted
                || await Sql.ScalarAsync<long>(
                    runtime.Database,
                    """
                    select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                    """
                ) > 0,
            "its end, or its wait for a lock"
        );

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
