using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class RestartedBroker(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task A_restarted_broker_delivers_acknowledged_messages(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            ownBroker: true,
            new NodeSpec("present", subject),
            new NodeSpec("away", subject)
        );
        var (present, away) = (stage.Nodes[0], stage.Nodes[1]);
        await Task.WhenAll(present.StartAsync(), away.StartAsync());
        await stage.Nodes.SubscribedAsync(subject);

        await away.KillSidecarAsync();
        await away.KillAppAsync();
        await present.PublishAsync(subject, 1, 60);
        await stage.RestartBrokerAsync();
        var back = TimeProvider.System.GetTimestamp();
        await away.StartAsync();
        await present.PublishAsync(subject, 61, 40);
        Observe("seconds until it accepts messages again", SecondsSince(back));

        await stage.DoneAsync(subject, 100, present);
        Observe("until a connected app has all", SecondsSince(back));
        await stage.DoneAsync(subject, 100, away);
        Observe("until an app that was down has all", SecondsSince(back));
        Observe("done twice", stage.Nodes.Sum(n => n.Numbers("done", subject).Repeats()));
    }
}
