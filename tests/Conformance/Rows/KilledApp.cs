using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KilledApp(Servers servers) : KilledInHand(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public Task What_a_killed_app_had_in_hand_comes_again(string broker) =>
        ComesAgainAsync(
            broker,
            "killed",
            node => node.KillAppAsync(),
            node =>
            {
                node.StartApp();
                return Task.CompletedTask;
            }
        );
}
