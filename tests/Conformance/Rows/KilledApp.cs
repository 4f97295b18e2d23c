using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KilledApp(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task What_a_killed_app_had_in_hand_comes_again(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"killed-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("hold");
        await node.PublishAsync(subject, 1, 60);
        await Wait.ForAsync(() => node.InHand(subject).Count > 0, "the app has a batch in hand", stage.Logs);
        await node.KillAppAsync();
        node.Numbers("done", subject).Should().BeEmpty();
        var back = TimeProvider.System.GetTimestamp();
        node.StartApp();

        await stage.DoneAsync(subject, 60, node);
        Observe("seconds until all done", SecondsSince(back));
        Observe("in hand twice", node.Numbers("taken", subject).Repeats());
    }
}
