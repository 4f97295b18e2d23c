using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>
/// Processes are killed in the middle of one import, one after the other, each when orders are confirmed again after
/// the kill before. Afterwards every figure is what it would have been.
/// </summary>
[Collection("one shop at a time")]
public sealed class KillTests
{
    private const int InSlice = 5;
    private const int ConfirmedBeforeAKill = 50;

    /// <summary>Orders in the file for each kill: enough for the import to last until the last kill.</summary>
    private const int OrdersPerKill = 600;

    private static readonly Dictionary<string, string[]> Targets = new()
    {
        ["dapr"] =
        [
            "orders",
            "redis",
            "inventory/daprd",
            "payments",
            "placement",
            "gateway",
            "postgres",
            "orders/daprd",
            "history",
            "scheduler",
            "inventory",
            "payments/daprd",
            "gateway/daprd",
            "history/daprd",
        ],
        ["embedded"] = ["embedded", "orders", "postgres", "inventory"],
    };

    /// <summary>These lose their data, too.</summary>
    private static readonly string[] Wiped = ["redis", "scheduler"];

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task An_import_during_which_processes_are_killed_ends_with_the_same_figures(string runtime)
    {
        var targets = new Queue<string>(Slice.Current.Of($"kills, {runtime}", Targets[runtime], InSlice));
        // One import is enough, unless it is over before the last kill: then the others are killed in another one.
        while (targets.Count > 0)
            await ImportAsync(runtime, targets);
    }

    /// <summary>Takes the targets that were killed from the queue: all, or those for which the import was long enough.</summary>
    private static async Task ImportAsync(string runtime, Queue<string> targets)
    {
        var orders = OrdersPerKill * (targets.Count + 1);
        // Small batches: with the usual ones most of the file is confirmed at once, and no kill is in the middle.
        await using var shop = new LiveShop
        {
            Settings = new Dictionary<string, string> { ["Saga__BatchSize"] = "50", ["Saga__Slots"] = "2" },
        };
        await shop.StartAsync(runtime);
        using var olga = await shop.AsAsync("operator", "olga");
        var import = shop.TryAsync(
            "import",
            RetailFile.Write(shop.PathOf("retail.csv"), orders),
            "--opening",
            "exact",
            "--json"
        );
        var killed = new List<string>();
        while (targets.TryPeek(out var target) && await Import.IsUnderWayAsync(import, olga, ConfirmedBeforeAKill))
        {
            if (Wiped.Contains(target))
                shop.Wipe(target);
            await shop.KillAndReplaceAsync(target);
            killed.Add(targets.Dequeue());
        }

        Import.IsComplete(await import, orders, $"{string.Join(", ", killed)} were killed");
        killed.Should().NotBeEmpty("a kill must be in the middle of the import");
        await shop.AuditAsync();
    }
}
