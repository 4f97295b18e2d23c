using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

public sealed class FailingHandler(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task What_a_failing_handler_refused_comes_again(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"failing-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("fail");
        await node.PublishAsync(subject, 1, 100);
        await Wait.UntilAsync(() => node.InHand(subject).Repeats() > 0, "a refused message comes again", stage.Logs);
        await node.BehaveAsync("handle");
        var mended = TimeProvider.System.GetTimestamp();

        await stage.DoneAsync(subject, 100, node);
        Observe("seconds after the cure", SecondsSince(mended));
        Observe("done twice", node.Numbers("done", subject).Repeats());
    }
}
