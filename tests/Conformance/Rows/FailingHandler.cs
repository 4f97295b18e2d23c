using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

public sealed class FailingHandler(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task A_message_rejected_by_a_failing_handler_is_redelivered(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"failing-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("fail");
        await node.PublishAsync(subject, 1, 100);
        await Wait.UntilAsync(
            () => node.InProgress(subject).Repeats() > 0,
            "a rejected message is redelivered",
            stage.Logs
        );
        await node.BehaveAsync("handle");
        var recovered = TimeProvider.System.GetTimestamp();

        await stage.DoneAsync(subject, 100, node);
        Observe("seconds after recovery", SecondsSince(recovered));
        Observe("done twice", node.Numbers("done", subject).Repeats());
    }
}
