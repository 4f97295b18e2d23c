using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Conformance.Rows;

/// <summary>
/// The shop's own messaging over each broker: an event log, its relay, and a projection in another app.
/// </summary>
public sealed class EventLogs(Servers servers) : Row(servers)
{
    private string _logDatabase = "";
    private string _projectionDatabase = "";

    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task Events_published_before_the_first_subscription_arrive_through_the_event_log(string broker)
    {
        // A topic that no other row publishes on: the broker is shared.
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            "orders",
            "orders",
            $"reading-{broker}",
            ownBroker: false
        );
        var (producer, consumer) = (stage.Nodes[0], stage.Nodes[1]);
        await producer.StartAsync();
        await AppendAsync(producer, 200);
        var subscribed = TimeProvider.System.GetTimestamp();

        await consumer.StartAsync();

        await AppliedAsync(stage, 200);
        Observe("seconds until all applied", SecondsSince(subscribed));
    }

    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task Events_lost_by_a_wiped_broker_arrive_through_the_event_log(string broker)
    {
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            "payments",
            "payments",
            $"reading-{broker}",
            ownBroker: true
        );
        var (producer, consumer) = (stage.Nodes[0], stage.Nodes[1]);
        await Task.WhenAll(producer.StartAsync(), consumer.StartAsync());
        await AppendAsync(producer, 50);
        await AppliedAsync(stage, 50);
        await consumer.KillSidecarAsync();
        await consumer.KillAppAsync();
        await AppendAsync(producer, 100);

        await stage.RestartBrokerAsync(wipe: true);
        var back = TimeProvider.System.GetTimestamp();
        await consumer.StartAsync();

        await AppliedAsync(stage, 150);
        Observe("seconds until the lost events are applied", SecondsSince(back));
        await AppendAsync(producer, 50);
        await AppliedAsync(stage, 200);
        Observe("until messages flow again", SecondsSince(back));
    }

    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task A_poison_event_is_parked_with_its_cause_and_the_others_are_applied_once(string broker)
    {
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            "payments",
            "payments",
            $"choking-{broker}",
            ownBroker: false
        );
        await Task.WhenAll(stage.Nodes[0].StartAsync(), stage.Nodes[1].StartAsync("retry-7"));
        await AppendAsync(stage.Nodes[0], 20);
        var sent = TimeProvider.System.GetTimestamp();

        await Wait.UntilAsync(
            async () => await ScalarAsync<long>(_projectionDatabase, "select count(*) from effects") == 19,
            "the other events are applied",
            stage.Logs
        );
        await Wait.UntilAsync(
            async () => await ScalarAsync<long>(_projectionDatabase, "select position from watermarks") == 20,
            "the watermark has passed",
            stage.Logs
        );

        (await EffectsAsync()).Should().Equal(Enumerable.Range(1, 20).Where(i => i != 7).Select(i => (long)i));
        (await ScalarAsync<string>(_projectionDatabase, "select position || ' ' || cause from dead_letters"))
            .Should()
            .StartWith("7 ")
            .And.Contain("Poison event.");
        Observe("seconds until parked", SecondsSince(sent));
    }

    private async Task<Stage> OpenAsync(Column column, string topic, string producer, string consumer, bool ownBroker)
    {
        await Requirements.RequireAsync(column);
        (_logDatabase, _projectionDatabase) = (
            await StateDatabase.CreateForAppAsync(),
            await StateDatabase.CreateForAppAsync()
        );
        return await OpenAsync(
            column,
            ownBroker,
            new NodeSpec(producer)
            {
                Environment = new Dictionary<string, string> { ["LOG_OF"] = topic, ["DATABASE"] = _logDatabase },
            },
            new NodeSpec(consumer)
            {
                Environment = new Dictionary<string, string>
                {
                    ["PROJECTS"] = topic,
                    ["DATABASE"] = _projectionDatabase,
                },
            }
        );
    }

    /// <summary>Appends to the log and waits until the broker has acknowledged all of it.</summary>
    private async Task AppendAsync(Node producer, int count)
    {
        await producer.PostAsync($"append/{count}");
        await Wait.UntilAsync(
            async () =>
                await ScalarAsync<bool>(
                    _logDatabase,
                    "select c.position = h.position from relay_cursor c, event_head h"
                ),
            "the log is relayed"
        );
    }

    private async Task AppliedAsync(Stage stage, int count)
    {
        await Wait.UntilAsync(
            async () => await ScalarAsync<long>(_projectionDatabase, "select count(*) from effects") >= count,
            $"{count} events are applied",
            stage.Logs
        );
        (await EffectsAsync()).Should().Equal(Enumerable.Range(1, count).Select(i => (long)i));
    }

    private async Task<List<long>> EffectsAsync()
    {
        await using var connection = new NpgsqlConnection(_projectionDatabase);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select array_agg(position order by position) from effects",
            connection
        );
        return [.. (long[])(await command.ExecuteScalarAsync())!];
    }

    private static async Task<T?> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }
}
