using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

/// <summary>Kills app or sidecar while the app handles a batch; every message is redelivered.</summary>
public abstract class KilledWhileHandling(Servers servers) : Row(servers)
{
    private protected async Task RedeliversAsync(
        string broker,
        string name,
        Func<Node, Task> kill,
        Func<Node, Task> restart
    )
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"{name}-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("hold");
        await node.PublishAsync(subject, 1, 60);
        await Wait.UntilAsync(() => node.InProgress(subject).Count > 0, "the app handles a batch", stage.Logs);
        await kill(node);
        node.Numbers("done", subject).Should().BeEmpty();
        var back = TimeProvider.System.GetTimestamp();
        await restart(node);

        await stage.DoneAsync(subject, 60, node);
        Observe("seconds until all done", SecondsSince(back));
        Observe("received twice", node.Numbers("received", subject).Repeats());
    }
}
