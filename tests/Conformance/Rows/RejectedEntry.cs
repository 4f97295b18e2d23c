using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

public sealed class RejectedEntry(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task Only_the_rejected_entry_of_a_batch_is_redelivered(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(Column.OfBroker(broker), new NodeSpec($"picky-{broker}", subject));
        var node = stage.Nodes[0];
        await node.StartAsync();
        await stage.Nodes.SubscribedAsync(subject);

        await node.BehaveAsync("retry-7");
        await node.PublishAsync(subject, 1, 50);
        await Wait.UntilAsync(
            () => node.Numbers("rejected", subject).Count >= 3,
            "the rejected entry is delivered a third time",
            stage.Logs
        );
        await node.BehaveAsync("handle");

        await stage.DoneAsync(subject, 50, node);
        var repeats = node.Numbers("done", subject).Where(n => n != 7).ToList().Repeats();
        repeats.Should().Be(0, "the other entries were handled");
    }
}
