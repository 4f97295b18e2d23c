using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

/// <summary>Somebody is killed while the app has a batch in hand, of which nothing is done yet; everything comes again.</summary>
public abstract class KilledInHand(Servers servers) : Row(servers)
{
    private protected async Task ComesAgainAsync(
        string broker,
        string name,
        Func<Node, Task> kill,
        Func<Node, Task> bringBack
    )
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"{name}-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("hold");
        await node.PublishAsync(subject, 1, 60);
        await Wait.UntilAsync(() => node.InHand(subject).Count > 0, "the app has a batch in hand", stage.Logs);
        await kill(node);
        node.Numbers("done", subject).Should().BeEmpty();
        var back = TimeProvider.System.GetTimestamp();
        await bringBack(node);

        await stage.DoneAsync(subject, 60, node);
        Observe("seconds until all done", SecondsSince(back));
        Observe("in hand twice", node.Numbers("taken", subject).Repeats());
    }
}
