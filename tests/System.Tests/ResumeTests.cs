namespace DaprShop.SystemTests;

/// <summary>All processes of a shop are killed during an import, which then is resumed.</summary>
[Collection("one shop at a time")]
public sealed class ResumeTests
{
    private const int Orders = 2_000;
    private const int ConfirmedBeforeTheKill = 100;

    [Fact]
    public async Task An_import_resumes_after_the_whole_shop_was_killed_and_started()
    {
        await using var shop = await LiveShop.UpAsync("embedded");
        using var olga = await shop.AsAsync("operator", "olga");
        string[] import =
        [
            "import",
            RetailFile.Write(shop.PathOf("retail.csv"), Orders),
            "--opening",
            "exact",
            "--json",
        ];
        var first = shop.TryAsync(import);
        (await Import.IsUnderWayAsync(first, olga, ConfirmedBeforeTheKill))
            .Should()
            .BeTrue("the kill must be in the middle of the import");
        foreach (var pid in new Footprint(shop).Pids)
            LiveShop.Kill(pid);

        await shop.RunAsync("up", "--detach", "--runtime", "embedded");
        await first;
        Import.IsComplete(await shop.TryAsync(import), Orders, "the whole shop was killed");
        await shop.AuditAsync();
    }
}
