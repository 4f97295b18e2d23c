using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

public sealed class DurableExecution(Servers servers) : Row(servers)
{
    /// <summary>In ms: long enough to set the alarms and kill app and sidecar while other columns run.</summary>
    private const int Notice = 15_000;

    private static readonly NodeSpec Host = new("hosting") { Workflows = true };

    [Theory]
    [MemberData(nameof(Columns.Stores), MemberType = typeof(Columns))]
    public async Task A_workflow_survives_its_worker_and_its_sidecar(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), Host);
        var node = stage.Nodes[0];
        await node.StartAsync("hold");
        var ids = Enumerable.Range(1, 5).Select(i => $"workflow-{i}").ToList();
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
            await node.PostAsync($"workflows/{id}/{i}");
        await Wait.UntilAsync(
            () => node.Record.Count(d => d.What == "second") == 5,
            "all run their second activity",
            stage.Logs
        );

        await node.KillAppAsync();
        await node.KillSidecarAsync();
        var back = TimeProvider.System.GetTimestamp();
        await node.StartAsync();

        foreach (var id in ids)
            await Wait.UntilAsync(() => node.AppAnswersAsync($"workflows/{id}"), $"{id} is complete", stage.Logs);
        node.Record.Count(d => d.What == "first").Should().Be(5, "a finished activity is replayed, not run again");
        Observe("seconds until all complete", SecondsSince(back));
        Observe("second activity run twice", node.Record.Count(d => d.What == "second") - 5);
    }

    [Theory]
    [MemberData(nameof(Columns.Stores), MemberType = typeof(Columns))]
    public async Task A_reminder_fires_after_its_actor_and_sidecar_were_killed(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), Host);
        var node = stage.Nodes[0];
        await node.StartAsync();
        foreach (var i in Enumerable.Range(1, 3))
            await node.PostAsync($"alarms/alarm-{i}/{i}/{Notice}");
        await node.KillAppAsync();
        await node.KillSidecarAsync();
        node.Record.Should().NotContain(d => d.What == "rang");
        var set = node.Record.Where(d => d.What == "set").Max(d => d.At);

        await node.StartAsync();

        await Wait.UntilAsync(
            () => node.Record.Where(d => d.What == "rang").Select(d => d.Number).Distinct().Count() == 3,
            "all alarms ring",
            stage.Logs
        );
        Observe(
            "seconds late, at most",
            (node.Record.Where(d => d.What == "rang").Max(d => d.At) - set - Notice) / 1000.0
        );
        Observe("rang twice", node.Record.Count(d => d.What == "rang") - 3);
    }
}
