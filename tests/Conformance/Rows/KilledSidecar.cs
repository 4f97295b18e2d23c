using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KilledSidecar(Servers servers) : KilledWhileHandling(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public Task Messages_delivered_by_a_killed_sidecar_are_redelivered(string broker) =>
        RedeliversAsync(
            broker,
            "bereft",
            async node =>
            {
                await node.KillSidecarAsync();
                await node.KillAppAsync();
            },
            node => node.StartAsync()
        );
}
