using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class Replicas(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task Replicas_share_messages_and_another_app_gets_all(string broker)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            new NodeSpec($"sharing-{broker}", subject),
            new NodeSpec($"sharing-{broker}", subject),
            new NodeSpec($"other-{broker}", subject)
        );
        var (one, two, other) = (stage.Nodes[0], stage.Nodes[1], stage.Nodes[2]);
        await Task.WhenAll(stage.Nodes.Select(n => n.StartAsync()));
        await stage.Nodes.SubscribedAsync(subject);

        var started = TimeProvider.System.GetTimestamp();
        await other.PublishAsync(subject, 1, 200);
        await stage.DoneAsync(subject, 200, one, two);
        await stage.DoneAsync(subject, 200, other);

        one.Numbers("done", subject).Should().NotBeEmpty();
        two.Numbers("done", subject).Should().NotBeEmpty();
        List<long> shared = [.. one.Numbers("done", subject), .. two.Numbers("done", subject)];
        shared.Repeats().Should().BeLessThan(100, "the replicas share");
        Observe("seconds for 200", SecondsSince(started));
        Observe("handled by the first of two replicas", one.Numbers("done", subject).Count);
        Observe("done twice", shared.Repeats());
        Observe("out of order at the other app", other.Numbers("done", subject).OutOfOrder());
    }

    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public async Task A_broadcast_reaches_every_replica(string broker)
    {
        var subject = $"broadcast/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfBroker(broker),
            new NodeSpec($"screen-{broker}", subject),
            new NodeSpec($"screen-{broker}", subject)
        );
        await Task.WhenAll(stage.Nodes.Select(n => n.StartAsync()));
        await stage.Nodes.SubscribedAsync(subject);

        await stage.Nodes[0].PublishAsync(subject, 1, 100);

        foreach (var node in stage.Nodes)
            await stage.DoneAsync(subject, 100, node);
    }
}
