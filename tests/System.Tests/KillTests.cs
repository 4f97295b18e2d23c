using System.Net.Http.Json;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>Everything is killed once, in the middle of an import. Afterwards every figure is what it would have been.</summary>
[Collection("one shop at a time")]
public sealed class KillTests
{
    private const int Orders = 2_000;
    private const int ConfirmedBeforeTheKill = 100;

    [Theory]
    [InlineData("gateway")]
    [InlineData("orders")]
    [InlineData("inventory")]
    [InlineData("payments")]
    [InlineData("history")]
    [InlineData("gateway/daprd")]
    [InlineData("orders/daprd")]
    [InlineData("inventory/daprd")]
    [InlineData("payments/daprd")]
    [InlineData("history/daprd")]
    [InlineData("placement")]
    [InlineData("scheduler", true)]
    [InlineData("redis", true)]
    [InlineData("postgres")]
    public Task An_import_that_loses_a_process_ends_with_the_same_figures(string target, bool wiped = false) =>
        SurvivesAsync("dapr", target, wiped);

    [Theory]
    [InlineData("embedded")]
    [InlineData("orders")]
    [InlineData("inventory")]
    [InlineData("postgres")]
    public Task So_does_one_on_the_embedded_runtime(string target) => SurvivesAsync("embedded", target, wiped: false);

    [Fact]
    public async Task An_import_whose_whole_shop_was_killed_is_resumed_after_the_next_up()
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
        await IsUnderWayAsync(first, olga);
        foreach (var pid in new Footprint(shop).Pids)
            LiveShop.Kill(pid);

        await shop.RunAsync("up", "--detach", "--runtime", "embedded");
        await first;
        IsComplete(await shop.TryAsync(import));
        await shop.IsCleanAsync();
    }

    private static async Task SurvivesAsync(string runtime, string target, bool wiped)
    {
        await using var shop = await LiveShop.UpAsync(runtime);
        using var olga = await shop.AsAsync("operator", "olga");
        var pid = await shop.PidAsync(target);
        var import = shop.TryAsync(
            "import",
            RetailFile.Write(shop.PathOf("retail.csv"), Orders),
            "--opening",
            "exact",
            "--json"
        );
        await IsUnderWayAsync(import, olga);
        if (wiped)
            shop.Wipe(target);
        LiveShop.Kill(pid);

        IsComplete(await import);
        await shop.IsCleanAsync();
    }

    private static async Task IsUnderWayAsync(Task import, HttpClient olga)
    {
        await LiveShop.UntilAsync(
            async () => import.IsCompleted || await ConfirmedAsync(olga) >= ConfirmedBeforeTheKill,
            "the import gets going"
        );
        import.IsCompleted.Should().BeFalse("the kill is to hit it in the middle");
    }

    private static void IsComplete((int ExitCode, string Output, string Errors) import)
    {
        import.ExitCode.Should().Be(0, $"the import says:\n{import.Output}\n{import.Errors}");
        using var result = JsonDocument.Parse(import.Output);
        result.RootElement.GetProperty("confirmed").GetInt32().Should().Be(Orders);
        result.RootElement.GetProperty("rejected").GetInt32().Should().Be(0);
        result.RootElement.GetProperty("reconciled").GetBoolean().Should().BeTrue();
    }

    private static async Task<int> ConfirmedAsync(HttpClient olga)
    {
        var summary = await olga.GetFromJsonAsync<JsonElement>("ops/orders/summary");
        return summary.GetProperty("byStatus").TryGetProperty("confirmed", out var confirmed)
            ? confirmed.GetInt32()
            : 0;
    }
}
