using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>A shop that worked and is stopped leaves no exception in any log.</summary>
[Collection("one shop at a time")]
public sealed class CleanStopTests
{
    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task After_orders_and_a_stop_no_log_contains_an_exception(string runtime)
    {
        await using var shop = await ShopFixture.OfAsync(runtime, null, null);
        var sku = await shop.CreateItemAsync(5);
        for (var i = 0; i < 3; i++)
            await WaitForStatusAsync(shop.Alice, await IdAsync(await OrderAsync(shop.Alice, sku)), "confirmed");
        await shop.Shop.RunAsync("status");

        await shop.Shop.RunAsync("down");

        Directory
            .EnumerateFiles(shop.Shop.PathOf(".shop/logs"))
            .SelectMany(file => File.ReadLines(file).Select(line => $"{Path.GetFileName(file)}: {line}"))
            .Where(line => line.Contains("Exception", StringComparison.Ordinal))
            .Should()
            .BeEmpty();
    }
}
