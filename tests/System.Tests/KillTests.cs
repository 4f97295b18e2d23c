using System.Net.Http.Json;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>Everything is killed once, in the middle of an import. Afterwards every figure is what it would have been.</summary>
[Collection("one shop at a time")]
public sealed class KillTests
{
    private const int Orders = 1_000;
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
    public async Task An_import_that_loses_a_process_ends_with_the_same_figures(string target, bool wiped = false)
    {
        await using var shop = await LiveShop.UpAsync();
        using var olga = await shop.AsAsync("operator", "olga");
        var pid = await shop.PidAsync(target);
        var import = shop.TryAsync("import", RetailFile.Write(shop.PathOf("retail.csv"), Orders), "--opening", "exact", "--json");
        await LiveShop.UntilAsync(async () => import.IsCompleted || await ConfirmedAsync(olga) >= ConfirmedBeforeTheKill, "the import gets going");
        import.IsCompleted.Should().BeFalse("the kill is to hit it in the middle");
        shop.Kill(pid, wiped ? target : null);

        var (exitCode, output, errors) = await import;
        exitCode.Should().Be(0, $"the import says:\n{output}\n{errors}");
        using var result = JsonDocument.Parse(output);
        result.RootElement.GetProperty("confirmed").GetInt32().Should().Be(Orders);
        result.RootElement.GetProperty("rejected").GetInt32().Should().Be(0);
        result.RootElement.GetProperty("reconciled").GetBoolean().Should().BeTrue();
        await shop.IsCleanAsync();
    }

    private static async Task<int> ConfirmedAsync(HttpClient olga)
    {
        var summary = await olga.GetFromJsonAsync<JsonElement>("ops/orders/summary");
        return summary.GetProperty("byStatus").TryGetProperty("confirmed", out var confirmed) ? confirmed.GetInt32() : 0;
    }
}
