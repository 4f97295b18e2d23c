using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KilledSidecar(Servers servers) : KilledInHand(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public Task What_a_killed_sidecar_had_in_hand_comes_again(string broker) =>
        ComesAgainAsync(
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
