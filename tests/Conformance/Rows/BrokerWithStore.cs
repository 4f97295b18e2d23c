using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

public sealed class BrokerWithStore(Servers servers) : Row(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Pairs), MemberType = typeof(Columns))]
    public async Task Broker_and_store_serve_one_app(string pair)
    {
        var subject = $"pubsub/{Topic}";
        await using var stage = await OpenAsync(
            Column.OfPair(pair),
            new NodeSpec($"whole-{pair.Replace('+', '-')}", subject) { Workflows = true }
        );
        var node = stage.Nodes[0];
        await node.StartAsync();

        await node.PostAsync("workflows/workflow/1");
        await node.PostAsync("alarms/alarm/1/0");
        await node.Client.SaveStateAsync("cache", "key", "value");
        await stage.Nodes.SubscribedAsync(subject);
        await node.PublishAsync(subject, 1, 20);

        await stage.DoneAsync(subject, 20, node);
        (await node.Client.GetStateAsync<string>("cache", "key")).Should().Be("value");
        await Wait.UntilAsync(() => node.AppAnswersAsync("workflows/workflow"), "the workflow is complete", stage.Logs);
        await Wait.UntilAsync(() => node.Record.Any(d => d.What == "rang"), "the alarm fires", stage.Logs);
    }
}
