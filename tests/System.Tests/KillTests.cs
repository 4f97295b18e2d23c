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

    /// <summary>Orders in the file for each kill: so many that the import still runs when the last is due.</summary>
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
        var targets = Slice.Current.Of($"kills, {runtime}", Targets[runtime], InSlice);
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
        foreach (var target in targets)
        {
            await Import.IsUnderWayAsync(import, olga, ConfirmedBeforeAKill, $"{target} is killed");
            if (Wiped.Contains(target))
                shop.Wipe(target);
            await shop.KillAndReplaceAsync(target);
        }

        Import.IsComplete(await import, orders, $"{string.Join(", ", targets)} were killed");
        await shop.AuditAsync();
    }
}
