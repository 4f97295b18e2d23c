using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class KilledApp(Servers servers) : KilledWhileHandling(servers)
{
    [Theory]
    [MemberData(nameof(Columns.Brokers), MemberType = typeof(Columns))]
    public Task Messages_handled_by_a_killed_app_are_redelivered(string broker) =>
        RedeliversAsync(
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
