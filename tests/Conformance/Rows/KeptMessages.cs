using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KeptMessages(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.BrokersThatKeep), MemberType = typeof(Columns))]
    public async Task The_broker_keeps_messages_published_before_the_first_subscription(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            new NodeSpec($"early-{broker}"),
            new NodeSpec($"late-{broker}", subject)
        );
        var (early, late) = (stage.Nodes[0], stage.Nodes[1]);
        await early.StartAsync();
        await early.PublishAsync(subject, 1, 100);

        await late.StartAsync();

        await stage.DoneAsync(subject, 100, late);
    }

    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task The_broker_keeps_messages_published_while_a_subscriber_is_down(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            new NodeSpec($"steady-{broker}"),
            new NodeSpec($"leaving-{broker}", subject)
        );
        var (steady, leaving) = (stage.Nodes[0], stage.Nodes[1]);
        await Task.WhenAll(steady.StartAsync(), leaving.StartAsync());
        await new[] { leaving }.SubscribedAsync(subject);
        await leaving.KillSidecarAsync();
        await leaving.KillAppAsync();
        await steady.PublishAsync(subject, 1, 100);
        var back = TimeProvider.System.GetTimestamp();

        await leaving.StartAsync();

        await stage.DoneAsync(subject, 100, leaving);
        Observe("seconds until all done", SecondsSince(back));
    }
}
